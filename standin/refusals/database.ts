import type { RefusalRule } from "./rule";

const docs = (path: string) => `https://docs.aws.amazon.com/AmazonRDS/latest/${path}`;

export const databaseRefusals: readonly RefusalRule[] = [
  {
    id: "database-password",
    source: docs("APIReference/API_CreateDBInstance.html"),
    operations: ["create", "update"],
    types: ["aws:rds/instance:Instance"],
    refuse: ({ inputs }) => {
      const password = inputs["password"];
      return typeof password === "string" &&
        !/^[\x21-\x7e]{8,128}$/.test(password.replace(/[/@"]/g, "\n"))
        ? 'InvalidParameterValue: The parameter MasterUserPassword is not a valid password: 8 to 128 printable ASCII characters besides "/", "@", \'"\' and space.'
        : undefined;
    },
  },
  {
    id: "final-snapshot",
    source: docs("APIReference/API_DeleteDBInstance.html"),
    operations: ["delete"],
    types: ["aws:rds/instance:Instance"],
    refuse: ({ account, present }) => {
      if (present === undefined || present.inputs["skipFinalSnapshot"] === true) return undefined;
      const name = present.inputs["finalSnapshotIdentifier"];
      if (typeof name !== "string")
        return "InvalidParameterCombination: FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.";
      return account.find("standin:snapshot", name) === undefined
        ? undefined
        : `DBSnapshotAlreadyExists: Cannot create the snapshot because a snapshot with the identifier ${name} already exists.`;
    },
  },
  {
    id: "parameter-group-family",
    source: docs("UserGuide/USER_WorkingWithParamGroups.html"),
    operations: ["create", "update"],
    types: ["aws:rds/instance:Instance"],
    refuse: ({ account, inputs }) => {
      const group = account.find(
        "aws:rds/parameterGroup:ParameterGroup",
        String(inputs["parameterGroupName"]),
      );
      const family = `${String(inputs["engine"])}${String(inputs["engineVersion"]).split(".")[0]}`;
      return group === undefined || group.outputs["family"] === family
        ? undefined
        : `InvalidParameterCombination: The Parameter Group ${group.id} with DBParameterGroupFamily ${String(group.outputs["family"])} can't be used for this instance (${family})`;
    },
  },
];
