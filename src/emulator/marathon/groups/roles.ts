// emulator: the roles with which an app may run, by the top-level group that it is in (Marathon's RoleSettings).

import { segmentsOf } from '../../definition/app-id.ts';
import { type RoleSettings, rootRoles, type ServerSettings } from '../../definition/settings.ts';
import type { Root } from './root.ts';

export function rolesFor(id: string, root: Root, settings: ServerSettings): RoleSettings {
  const [top = '', ...below] = segmentsOf(id);
  if (below.length === 0) return rootRoles(settings);
  const { mesosRole } = settings;
  const enforced = root.enforcesRole(`/${top}`);
  const existing = root.app(id)?.role;
  const allowed = [...(enforced ? [] : [mesosRole]), top, ...(existing === undefined ? [] : [existing])];
  return {
    defaultRole: enforced ? top : mesosRole,
    validRoles: [...new Set(allowed)],
    ...(existing === undefined ? {} : { previousRole: existing }),
  };
}
