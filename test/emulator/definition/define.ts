// test support: what becomes of a definition: the stored app, or why it is refused.

import { ApiError } from '../../../src/emulator/api-error.ts';
import type { AppFields } from '../../../src/emulator/definition/app.ts';
import { completeApp, readNewApp } from '../../../src/emulator/definition/complete.ts';
import type { DefinitionContext } from '../../../src/emulator/definition/settings.ts';

export const ALL_FEATURES: DefinitionContext = {
  settings: {
    mesosRole: 'shop',
    features: new Set(['secrets', 'external_volumes', 'gpu_resources']),
  },
};

/** A body with an id and something to run, unless it says otherwise. */
export function define(body: Record<string, unknown>, context: DefinitionContext = {}): AppFields {
  const given = readNewApp({ id: '/group/app', cmd: 'sleep 60', ...body });
  return completeApp(given.id, given, {
    roles: { defaultRole: context.settings?.mesosRole ?? '*', validRoles: ['*', 'group', 'shop'] },
    ...context,
  });
}

/** `status path: errors; …`, or `status message`; `accepted` when there is nothing wrong. */
export function refusal(body: unknown, context: DefinitionContext = {}): string {
  try {
    define(body as Record<string, unknown>, context);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const details = error.extra['details'] as
      | readonly { readonly path: string; readonly errors: readonly string[] }[]
      | undefined;
    if (details === undefined) return `${error.status} ${error.message}`;
    const lines = details.map(({ path, errors }) => `${path}: ${errors.join(' | ')}`);
    return `${error.status} ${lines.sort().join('; ')}`;
  }
}
