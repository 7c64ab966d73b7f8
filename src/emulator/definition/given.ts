// emulator: an app as a person gives it, once read: whole, with defaults, and with the spellings of before 1.5.

import type { JsonObject } from './shapes/shape.ts';

type Texts = Readonly<Record<string, string>>;

export interface GivenPortDefinition {
  readonly port: number;
  readonly labels: Texts;
  readonly name?: string;
  readonly protocol: string;
}

export interface GivenPortMapping {
  readonly containerPort: number;
  readonly hostPort?: number;
  readonly labels: Texts;
  readonly name?: string;
  readonly protocol: string;
  readonly servicePort: number;
  readonly networkNames: readonly string[];
}

export interface GivenNetwork {
  readonly name?: string;
  readonly mode: 'host' | 'container' | 'container/bridge';
  readonly labels: Texts;
}

export interface GivenIpAddress {
  readonly discovery?: {
    readonly ports: readonly {
      readonly number: number;
      readonly name: string;
      readonly protocol: string;
      readonly labels: Texts;
    }[];
  };
  readonly groups: readonly string[];
  readonly labels: Texts;
  readonly networkName?: string;
}

export interface GivenPersistent {
  readonly type?: 'root' | 'path' | 'mount';
  readonly size: number;
  readonly maxSize?: number;
  readonly profileName?: string;
  readonly constraints: readonly (readonly string[])[];
}

export interface CsiOptions {
  readonly pluginName: string;
  readonly capability: {
    readonly accessMode: string;
    readonly accessType: string;
    readonly fsType?: string;
    readonly mountFlags: readonly string[];
  };
}

export interface GivenDvdi {
  readonly size?: number;
  readonly name?: string;
  readonly provider?: string;
  readonly options: Texts;
  readonly shared: boolean;
}

export interface GivenCsi {
  readonly name: string;
  readonly provider: string;
  readonly options: CsiOptions;
}

export type GivenExternal = GivenDvdi | GivenCsi;

/** What a volume is shows in the fields that it has. */
export interface GivenVolume {
  readonly containerPath: string;
  readonly mode?: 'RO' | 'RW';
  readonly persistent?: GivenPersistent;
  readonly external?: GivenExternal;
  readonly secret?: string;
  readonly hostPath?: string;
}

export interface GivenDocker {
  readonly credential?: { readonly principal: string; readonly secret?: string };
  readonly pullConfig?: { readonly secret: string };
  readonly forcePullImage: boolean;
  readonly image: string;
  readonly network?: 'BRIDGE' | 'HOST' | 'NONE' | 'USER';
  readonly parameters: readonly { readonly key: string; readonly value: string }[];
  readonly portMappings?: readonly GivenPortMapping[];
  readonly privileged: boolean;
}

export interface LinuxInfo {
  readonly seccomp?: { readonly profileName?: string; readonly unconfined: boolean };
  readonly ipcInfo?: { readonly mode: 'PRIVATE' | 'SHARE_PARENT'; readonly shmSize?: number };
}

export interface GivenContainer {
  readonly type: 'MESOS' | 'DOCKER';
  readonly docker?: GivenDocker;
  readonly linuxInfo?: LinuxInfo;
  readonly volumes: readonly GivenVolume[];
  readonly portMappings?: readonly GivenPortMapping[];
}

export interface GivenHealthCheck {
  readonly command?: { readonly value: string };
  readonly gracePeriodSeconds: number;
  readonly ignoreHttp1xx?: boolean;
  readonly intervalSeconds: number;
  readonly maxConsecutiveFailures: number;
  readonly path?: string;
  readonly port?: number;
  readonly portIndex?: number;
  readonly protocol: 'HTTP' | 'HTTPS' | 'TCP' | 'COMMAND' | 'MESOS_TCP' | 'MESOS_HTTP' | 'MESOS_HTTPS';
  readonly ipProtocol: 'IPv4' | 'IPv6';
  readonly timeoutSeconds: number;
  readonly delaySeconds: number;
}

interface PortCheck {
  readonly portIndex?: number;
  readonly port?: number;
}

export interface GivenCheck {
  readonly http?: PortCheck & { readonly path?: string; readonly scheme: 'HTTP' | 'HTTPS' };
  readonly tcp?: PortCheck;
  readonly exec?: { readonly command: { readonly shell: string } | { readonly argv: readonly string[] } };
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly delaySeconds: number;
}

export interface GivenReadinessCheck {
  readonly name: string;
  readonly protocol: string;
  readonly path: string;
  readonly portName: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly httpStatusCodesForReady?: readonly number[];
  readonly preserveLastResponse: boolean;
}

export interface GivenFetch {
  readonly uri: string;
  readonly extract: boolean;
  readonly executable: boolean;
  readonly cache: boolean;
  readonly destPath?: string;
}

export interface GivenUpgradeStrategy {
  readonly maximumOverCapacity: number;
  readonly minimumHealthCapacity: number;
}

export type EnvValue = string | { readonly secret: string };

export type GivenUnreachable =
  | string
  | { readonly inactiveAfterSeconds: number; readonly expungeAfterSeconds: number };

export interface GivenResidency {
  readonly relaunchEscalationTimeoutSeconds: number;
  readonly taskLostBehavior: string;
}

export interface GivenResourceLimits {
  readonly cpus?: string | number;
  readonly mem?: string | number;
}

export interface GivenApp {
  readonly id: string;
  readonly acceptedResourceRoles?: readonly string[];
  readonly args: readonly string[];
  readonly backoffFactor: number;
  readonly backoffSeconds: number;
  readonly cmd?: string;
  readonly constraints: readonly (readonly string[])[];
  readonly container?: GivenContainer;
  readonly cpus: number;
  readonly dependencies: readonly string[];
  readonly disk: number;
  readonly env: Readonly<Record<string, EnvValue>>;
  readonly executor: string;
  readonly executorResources?: JsonObject;
  readonly fetch: readonly GivenFetch[];
  readonly healthChecks: readonly GivenHealthCheck[];
  readonly check?: GivenCheck;
  readonly instances: number;
  readonly labels: Texts;
  readonly maxLaunchDelaySeconds: number;
  readonly mem: number;
  readonly gpus: number;
  readonly ipAddress?: GivenIpAddress;
  readonly networks: readonly GivenNetwork[];
  readonly ports?: readonly number[];
  readonly portDefinitions?: readonly GivenPortDefinition[];
  readonly readinessChecks: readonly GivenReadinessCheck[];
  readonly residency?: GivenResidency;
  readonly resourceLimits?: GivenResourceLimits;
  readonly requirePorts: boolean;
  readonly secrets: Readonly<Record<string, { readonly source: string }>>;
  readonly taskKillGracePeriodSeconds?: number;
  readonly upgradeStrategy?: GivenUpgradeStrategy;
  readonly uris?: readonly string[];
  readonly user?: string;
  readonly version?: string;
  readonly killSelection: 'YOUNGEST_FIRST' | 'OLDEST_FIRST';
  readonly unreachableStrategy?: GivenUnreachable;
  readonly tty?: boolean;
  readonly role?: string;
}

/** Some fields of an app. */
export type GivenUpdate = Partial<GivenApp>;

export function isCsi(external: GivenExternal): external is GivenCsi {
  const { options } = external as { readonly options: Readonly<Record<string, unknown>> };
  return typeof options['capability'] === 'object';
}

export function hasPersistentVolumes(app: Pick<GivenApp, 'container'>): boolean {
  return app.container?.volumes.some(({ persistent }) => persistent !== undefined) ?? false;
}

export function hasExternalVolumes(app: Pick<GivenApp, 'container'>): boolean {
  return app.container?.volumes.some(({ external }) => external !== undefined) ?? false;
}
