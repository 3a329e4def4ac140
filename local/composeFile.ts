/** The part of the Compose Specification that a local run uses (https://github.com/compose-spec/compose-spec). */

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly volumes: Readonly<Record<string, Readonly<Record<string, never>>>>;
}

export interface ComposeService {
  readonly image: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** `uid:gid` */
  readonly user?: string;
  readonly read_only?: boolean;
  /** `volume:path[:ro]`, or `./file:path:ro`. */
  readonly volumes?: readonly string[];
  /** `none`: no network at all. */
  readonly network_mode?: "none";
  readonly networks?: Readonly<Record<string, { readonly aliases?: readonly string[] }>>;
  /** `address:port:port` */
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<
    Record<
      string,
      {
        readonly condition:
          "service_started" | "service_healthy" | "service_completed_successfully";
      }
    >
  >;
  readonly healthcheck?: {
    readonly test: readonly string[];
    readonly interval: string;
    readonly timeout: string;
    readonly retries: number;
    readonly start_period: string;
  };
  readonly stop_grace_period?: string;
  readonly mem_limit?: string;
  readonly ulimits?: {
    readonly nofile: { readonly soft: number; readonly hard: number };
  };
  readonly restart?: "no" | "on-failure" | "unless-stopped";
}

/** A text that Compose must not interpolate. */
export const literal = (text: string): string => text.replaceAll("$", "$$$$");
