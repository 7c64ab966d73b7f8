// emulator: an app as a person gives it, once read: whole, with defaults, and with the spellings of before 1.5. What
// it is made of follows from the shapes that it is read by.

import type { APP_SHAPE, APP_UPDATE_SHAPE } from './shapes/app-shape.ts';
import type { TypeOf } from './shapes/shape.ts';

export type GivenApp = TypeOf<typeof APP_SHAPE>;

/** Some fields of an app. */
export type GivenUpdate = TypeOf<typeof APP_UPDATE_SHAPE>;

export type GivenNetwork = GivenApp['networks'][number];
export type GivenPortDefinition = NonNullable<GivenApp['portDefinitions']>[number];
export type GivenIpAddress = NonNullable<GivenApp['ipAddress']>;
export type GivenFetch = GivenApp['fetch'][number];
export type GivenHealthCheck = GivenApp['healthChecks'][number];
export type GivenCheck = NonNullable<GivenApp['check']>;
export type GivenReadinessCheck = GivenApp['readinessChecks'][number];
export type GivenUpgradeStrategy = NonNullable<GivenApp['upgradeStrategy']>;

export type GivenContainer = NonNullable<GivenApp['container']>;
export type GivenDocker = NonNullable<GivenContainer['docker']>;
export type LinuxInfo = NonNullable<GivenContainer['linuxInfo']>;
export type GivenPortMapping = NonNullable<GivenContainer['portMappings']>[number];

type Volume = GivenContainer['volumes'][number];
export type GivenPersistent = Extract<Volume, { readonly persistent: unknown }>['persistent'];
export type GivenExternal = Extract<Volume, { readonly external: unknown }>['external'];
export type GivenCsi = Extract<GivenExternal, { readonly options: { readonly capability: unknown } }>;
export type GivenDvdi = Exclude<GivenExternal, GivenCsi>;

/** What a volume is shows in the fields that it has. */
export interface GivenVolume {
  readonly containerPath: string;
  readonly mode?: 'RO' | 'RW';
  readonly persistent?: GivenPersistent;
  readonly external?: GivenExternal;
  readonly secret?: string;
  readonly hostPath?: string;
}

export function isCsi(external: GivenExternal): external is GivenCsi {
  return typeof external.options['capability'] === 'object';
}

export function volumesOf({ container }: Pick<GivenApp, 'container'>): readonly GivenVolume[] {
  return container?.volumes ?? [];
}

export function hasPersistentVolumes(app: Pick<GivenApp, 'container'>): boolean {
  return volumesOf(app).some(({ persistent }) => persistent !== undefined);
}

export function hasExternalVolumes(app: Pick<GivenApp, 'container'>): boolean {
  return volumesOf(app).some(({ external }) => external !== undefined);
}
