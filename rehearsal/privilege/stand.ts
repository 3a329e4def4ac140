import * as fs from "node:fs";
import * as path from "node:path";
import { frontDoorOf, type Door } from "../../smoke/doors";
import type { Rehearsal } from "../rehearsal";
import { RemoteProcess } from "../remoteProcess";
import type { Task } from "../tasks/task";
import type { Service } from "../types";
import type { Answer, ProbeCalls, Question } from "./probe";

type Probe = RemoteProcess<ProbeCalls>;

/** Longest wait for one answer: what the firewall drops is only noticed by it. */
export const ANSWER_MILLISECONDS = 5000;

/** Where checks ask from, and what: clients outside and in the places of Grafana and Alloy. */
export class Stand {
  private constructor(
    readonly rehearsal: Rehearsal,
    readonly internet: Probe,
    readonly grafana: Probe,
    readonly collector: Probe,
    readonly gateway: Probe,
    readonly door: Door,
    private readonly ca: string,
  ) {}

  static async make(rehearsal: Rehearsal): Promise<Stand> {
    const { projectRoot, plan } = rehearsal.settings;
    const probe = (place: ConstructorParameters<typeof RemoteProcess>[0]): Probe =>
      new RemoteProcess<ProbeCalls>(place, projectRoot, "rehearsal/privilege/probe.ts");
    const placeOf = (role: RegExp) =>
      rehearsal.placeOf(serviceLike(rehearsal.view.services, role).name);
    return new Stand(
      rehearsal,
      probe(await rehearsal.internet()),
      probe(await placeOf(/grafana$/)),
      probe(await placeOf(/alloy-collector$/)),
      probe(await placeOf(/alloy-gateway$/)),
      frontDoorOf(plan.outputs, Object.values(rehearsal.secrets.ingestTokens)[0]),
      fs.readFileSync(rehearsal.authorityFile, "utf8"),
    );
  }

  get reach() {
    return { ca: this.ca, timeoutMs: ANSWER_MILLISECONDS };
  }

  /** Asks and insists on a status. @throws Error saying what came instead. */
  async ask(
    probe: Probe,
    url: string,
    options: Partial<Question> = {},
    statuses: readonly number[] = [200],
  ): Promise<Answer> {
    const answer = await probe.call("ask", {
      url,
      timeoutMs: ANSWER_MILLISECONDS,
      ...(url.startsWith("https:") ? { ca: this.ca } : {}),
      ...options,
    });
    if (!statuses.includes(answer.status)) {
      throw new Error(`${url}: HTTP ${answer.status} ${answer.body.slice(0, 200)}`);
    }
    return answer;
  }

  /** Sum of a metric over the tasks of some roles, scraped from the collector's place. */
  async metric(role: RegExp, name: RegExp): Promise<number> {
    const each = await Promise.all(this.tasks(role).map((task) => this.metricOf(task, name)));
    return each.reduce((sum, value) => sum + value, 0);
  }

  /** Sum of one task's metrics whose name and labels match. */
  async metricOf(task: Task, name: RegExp): Promise<number> {
    const { body } = await this.ask(this.collector, `${urlOf(task)}/metrics`);
    return body
      .split("\n")
      .filter((line) => name.test(line))
      .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
  }

  /** Running tasks of the roles whose service's name matches. */
  tasks(role: RegExp): Task[] {
    return this.rehearsal.scheduler
      .tasks()
      .filter((task) => role.test(task.service.name) && !task.leaving);
  }

  /** Base URL of a service by its name in Cloud Map. */
  urlOfService(role: RegExp): string {
    const service = serviceLike(this.rehearsal.rehearsed, role);
    return `http://${service.discovery?.name ?? ""}:${httpPortOf(service)}`;
  }

  /** How many objects lie under a prefix of the bucket. */
  objectsUnder(prefix: string): number {
    const folder = path.join(this.rehearsal.folder, "s3", "objects");
    return this.rehearsal.view.buckets.reduce((sum, bucket) => {
      const under = path.join(folder, bucket, prefix);
      if (!fs.existsSync(under)) return sum;
      return (
        sum +
        fs.readdirSync(under, { recursive: true, withFileTypes: true }).filter((e) => e.isFile())
          .length
      );
    }, 0);
  }

  stop(): void {
    for (const probe of [this.internet, this.grafana, this.collector, this.gateway]) probe.stop();
  }
}

/** @throws Error where no service is called like that. */
export function serviceLike(services: readonly Service[], role: RegExp): Service {
  const service = services.find(({ name }) => role.test(name));
  if (service === undefined) throw new Error(`no service is called like ${role.source}`);
  return service;
}

/** Base URL of a task at its address. */
export const urlOf = (task: Task): string =>
  `http://${task.nic.address}:${httpPortOf(task.service)}`;

/** The port that its health check asks. */
export function httpPortOf(service: Service): number {
  const commands = service.taskDefinition.containers.flatMap(
    ({ healthCheck }) => healthCheck?.command ?? [],
  );
  const port = commands.map((word) => /^http:\/\/[^:]+:(\d+)\//.exec(word)?.[1]).find(Boolean);
  if (port === undefined) throw new Error(`${service.name} answers no HTTP`);
  return Number(port);
}
