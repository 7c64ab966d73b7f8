// emulator: an app as Marathon stores and shows it, names spelled as on the wire. Type aliases, not interfaces: so the
// compiler knows that an app is JSON.

import type { GivenReadinessCheck, GivenUpgradeStrategy, LinuxInfo } from './given.ts';
import type { Json } from './shapes/shape.ts';

export type PortDefinition = {
  readonly port: number;
  readonly protocol: string;
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
};

export type PortMapping = {
  readonly containerPort: number;
  readonly hostPort?: number;
  readonly servicePort: number;
  readonly protocol: string;
  readonly name?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly networkNames?: readonly string[];
};

export type Container = {
  readonly type: 'DOCKER' | 'MESOS';
  readonly docker?: {
    readonly image: string;
    readonly forcePullImage: boolean;
    readonly privileged: boolean;
    readonly parameters: readonly { readonly key: string; readonly value: string }[];
    readonly pullConfig?: { readonly secret: string };
  };
  readonly linuxInfo?: LinuxInfo;
  readonly portMappings?: readonly PortMapping[];
  readonly volumes: readonly Json[];
};

export type Network = {
  readonly mode: 'host' | 'container' | 'container/bridge';
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
};

export type UpgradeStrategy = GivenUpgradeStrategy;

export type HealthCheck = {
  /** HTTP, HTTPS, TCP, COMMAND, MESOS_HTTP, MESOS_HTTPS or MESOS_TCP. */
  readonly protocol: string;
  readonly path?: string;
  readonly portIndex?: number;
  readonly port?: number;
  readonly command?: { readonly value: string };
  readonly gracePeriodSeconds: number;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  /** 0: the task is never killed. */
  readonly maxConsecutiveFailures: number;
  /** Before the first check; of those that Mesos runs. */
  readonly delaySeconds: number;
  readonly ignoreHttp1xx?: boolean;
  readonly ipProtocol?: 'IPv4' | 'IPv6';
};

export type ReadinessCheck = Required<GivenReadinessCheck>;

/** What a person says about an app. cpus are shares of a core, mem and disk MB. */
export type AppFields = {
  readonly id: string;
  readonly cmd?: string;
  readonly args?: readonly string[];
  readonly instances: number;
  readonly cpus: number;
  readonly mem: number;
  readonly disk: number;
  readonly gpus: number;
  readonly resourceLimits?: Json;
  readonly executorResources?: Json;
  readonly executor: string;
  readonly backoffSeconds: number;
  readonly backoffFactor: number;
  readonly maxLaunchDelaySeconds: number;
  readonly upgradeStrategy: UpgradeStrategy;
  readonly killSelection: 'YOUNGEST_FIRST' | 'OLDEST_FIRST';
  readonly unreachableStrategy: Json;
  readonly taskKillGracePeriodSeconds?: number;
  readonly env?: Readonly<Record<string, string | { readonly secret: string }>>;
  readonly secrets?: Json;
  readonly labels: Readonly<Record<string, string>>;
  readonly constraints?: readonly (readonly string[])[];
  readonly dependencies?: readonly string[];
  readonly networks: readonly Network[];
  readonly portDefinitions?: readonly PortDefinition[];
  readonly requirePorts: boolean;
  readonly container?: Container;
  readonly fetch?: readonly Json[];
  readonly healthChecks?: readonly HealthCheck[];
  readonly check?: Json;
  readonly readinessChecks?: readonly ReadinessCheck[];
  /** Of apps whose instances keep volumes. */
  readonly residency?: Json;
  readonly role: string;
  readonly acceptedResourceRoles?: readonly string[];
  readonly user?: string;
  readonly tty?: boolean;
};

export interface VersionInfo {
  readonly lastScalingAt: string;
  readonly lastConfigChangeAt: string;
}

/** A stored version of an app. */
export interface AppDefinition extends AppFields {
  readonly version: string;
  readonly versionInfo: VersionInfo;
}

/** An app that is wanted and not yet stored; `restart` asks for new tasks though nothing changed. */
export interface AppDraft {
  readonly fields: AppFields;
  readonly restart?: boolean;
}

/** The app without what the server says about its versions. */
export function fieldsOf(app: AppDefinition): AppFields {
  const { version: _version, versionInfo: _versionInfo, ...fields } = app;
  return fields;
}

/** What tells one configuration of an app from another: scaling does not change it. */
export function configVersion(app: AppDefinition): string {
  return app.versionInfo.lastConfigChangeAt;
}
