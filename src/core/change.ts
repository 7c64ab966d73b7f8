// core: a difference between what is wanted and what is as a value that the CLI prints, the page draws and a scheduler executes.

import type { AppDefinition, EnvFrom, IdleVictims } from '../api/policy.ts';

/** One field of a definition that differs; values of secrets are never in it. */
export interface FieldDiff {
  /** Dotted path in the definition, e.g. `env.RATE`. */
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** `definition` is what the policy names (without secrets); the scheduler resolves `envFrom` at use. */
export type Change =
  | {
      readonly kind: 'create';
      readonly app: string;
      readonly instances: number;
      readonly definition: AppDefinition;
      readonly envFrom: readonly EnvFrom[];
      /** `namespace/name` of the policy, written as our creation label. */
      readonly owner: string;
      readonly reason: string;
    }
  | {
      readonly kind: 'update';
      readonly app: string;
      readonly definition: AppDefinition;
      readonly envFrom: readonly EnvFrom[];
      readonly fields: readonly FieldDiff[];
      readonly reason: string;
      /** Deployment of our own earlier update, still under way: this one may take its place. */
      readonly supersedes?: string;
    }
  | {
      readonly kind: 'scale';
      readonly app: string;
      readonly from: number;
      readonly to: number;
      readonly reason: string;
      /** On a fall: how to learn which instances are idle, to take those first. */
      readonly idleVictims?: IdleVictims;
    }
  | { readonly kind: 'adopt' | 'release' | 'delete'; readonly app: string; readonly reason: string };

export type ChangeOf<K extends Change['kind']> = Change & { readonly kind: K };
