import { clientsFor, type Clients } from "../../operate/clients";
import { startMoto, type Moto } from "../../tools/moto";
import { startInterposer, type Interposer } from "./interposer";

/** An AWS account on this machine. */
export interface Cloud {
  readonly moto: Moto;
  readonly between: Interposer;
  /** Clients that ask through the interposer. */
  readonly clients: Clients;
  /** Clients for setting the scene, past the interposer. */
  readonly scene: Clients;
  /** Environment of a command that is to ask this account. */
  readonly environment: Readonly<Record<string, string>>;
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** The account that moto plays. */
export const MOTO_ACCOUNT = "123456789012";

export async function startCloud(settings: Readonly<Record<string, string>> = {}): Promise<Cloud> {
  const moto = await startMoto(settings);
  const between = await startInterposer(moto.url);
  const environment = (url: string) => ({
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: "testing",
    AWS_SECRET_ACCESS_KEY: "testing",
    AWS_REGION: "ap-northeast-2",
    AWS_EC2_METADATA_DISABLED: "true",
  });
  const before = { ...process.env };
  Object.assign(process.env, environment(between.url));
  return {
    moto,
    between,
    clients: clientsFor("ap-northeast-2", between.url),
    scene: clientsFor("ap-northeast-2", moto.url),
    environment: environment(between.url),
    reset: async () => {
      between.clear();
      await moto.reset();
    },
    stop: async () => {
      for (const key of Object.keys(environment(""))) {
        if (before[key] === undefined) delete process.env[key];
        else process.env[key] = before[key];
      }
      await between.stop();
      await moto.stop();
    },
  };
}
