// emulator: what the command line of a Marathon says about definitions: the default role and optional features.

export interface ServerSettings {
  /** As `--mesos_role`; apps run with it unless they say otherwise. */
  readonly mesosRole: string;
  /** As `--enable_features`. */
  readonly features: ReadonlySet<string>;
}

export const DEFAULT_SETTINGS: ServerSettings = { mesosRole: '*', features: new Set() };

/** With which roles an app may run, by where it stands (Marathon's RoleSettings). */
export interface RoleSettings {
  readonly defaultRole: string;
  readonly validRoles: readonly string[];
  /** Of the stored app, where it is in a group. */
  readonly previousRole?: string;
  /** An app with volumes of its own may change its role: reservations stay behind with the old one. */
  readonly forceRoleUpdate?: boolean;
}

/** What a definition is completed and judged by. */
export interface DefinitionContext {
  /** Where the app stands in the body: empty, or `/apps(0)`. */
  readonly path?: string;
  /** The group that relative dependencies start from; `/` when absent. */
  readonly base?: string;
  readonly settings?: ServerSettings;
  /** Absent: the default role only. */
  readonly roles?: RoleSettings;
}

export function rootRoles({ mesosRole }: ServerSettings = DEFAULT_SETTINGS): RoleSettings {
  return { defaultRole: mesosRole, validRoles: [mesosRole] };
}
