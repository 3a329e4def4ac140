/** The floor: what Node needs just to load the packages that the program imports, with its compile cache. */
import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx/ec2";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as yaml from "yaml";
import * as zod from "zod";

const loaded = [aws, awsx, pulumi, random, yaml, zod];
if (loaded.some((each) => Object.keys(each).length === 0)) throw new Error("a package is empty");
