// emulator: what the command line of a Marathon says about definitions: the default role and optional features.

import { TerminalError } from '../../runtime/errors.ts';

export interface ServerSettings {
  /** As `--mesos_role`; apps run with it unless they say otherwise. */
  readonly mesosRole: string;
  /** As `--enable_features`. */
  readonly features: ReadonlySet<string>;
}

/** Those that Marathon 1.11 knows. */
const FEATURES: readonly string[] = [
  'external_volumes',
  'gpu_resources',
  'maintenance_mode',
  'secrets',
  'task_killing',
  'vips',
];
const ROLE = /^(?:\*|(?!-|\.{1,2}$)[^\s/\x7f]+)$/;

/** @throws TerminalError for a role or a feature with which Marathon does not start */
export function serverSettings(given: {
  readonly mesosRole?: string | undefined;
  readonly enableFeatures?: string | undefined;
}): ServerSettings {
  const { mesosRole = DEFAULT_SETTINGS.mesosRole, enableFeatures = '' } = given;
  if (!ROLE.test(mesosRole)) throw new TerminalError(`--mesos-role: ${JSON.stringify(mesosRole)} is no role`);
  const features = enableFeatures.split(',').flatMap((name) => name.trim() || []);
  const unknown = features.filter((name) => !FEATURES.includes(name));
  if (unknown.length > 0)
    throw new TerminalError(
      `--enable-features: there is no ${unknown.join(', ')}; there are ${FEATURES.join(', ')}`,
    );
  return { mesosRole, features: new Set(features) };
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

/** What a definition is completed and validated by. */
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
