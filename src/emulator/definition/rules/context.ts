// emulator: what the rules of an app look at beside the app.

import type { RoleSettings } from '../settings.ts';

export interface RuleContext {
  readonly features: ReadonlySet<string>;
  readonly roles: RoleSettings;
}

export function featureProblem(feature: string): string {
  return `Feature ${feature} is not enabled. Enable with --enable_features ${feature})`;
}
