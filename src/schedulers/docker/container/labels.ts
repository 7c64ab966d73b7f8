// schedulers/docker: what a container of ours says about itself, for people and for an operator that starts anew.

import { createHash } from 'node:crypto';
import { CREATION_LABEL, createdBy } from '../../../api/labels/creation-label.ts';
import type { AppDefinition } from '../../../api/policy.ts';
import { objectIn, textsIn } from '../../docker-engine/json.ts';

export const APP_LABEL = 'microscaling.io/app';
const GENERATION_LABEL = 'microscaling.io/generation';
const DEFINITION_LABEL = 'microscaling.io/definition';
const HASH_LABEL = 'microscaling.io/definition-hash';
const SECRETS_LABEL = 'microscaling.io/secret-env';

/** Ours, and nobody else's to set. */
export const LABEL_PREFIX = 'microscaling.io/';

/** What the labels of one container tell. */
export interface Origin {
  readonly app: string;
  /** `namespace/name` of the policy. */
  readonly owner: string;
  /** Counts the definitions of the app. */
  readonly generation: number;
  /** Without the values of secrets. */
  readonly definition: AppDefinition;
  /** Variables whose values came by reference: only their names are written down. */
  readonly secretNames: readonly string[];
}

export function labelsOf(origin: Origin): Readonly<Record<string, string>> {
  const text = canonical(origin.definition);
  return {
    [CREATION_LABEL]: origin.owner,
    [APP_LABEL]: origin.app,
    [GENERATION_LABEL]: String(origin.generation),
    [HASH_LABEL]: definitionHash(origin.definition),
    [DEFINITION_LABEL]: text,
    [SECRETS_LABEL]: JSON.stringify(origin.secretNames),
  };
}

/** Undefined for a container that carries none, or not all, of our labels. */
export function originOf(labels: Readonly<Record<string, string>>): Origin | undefined {
  const app = labels[APP_LABEL];
  const owner = createdBy(labels);
  const generation = Number(labels[GENERATION_LABEL]);
  const definition = jsonIn(labels[DEFINITION_LABEL]);
  if (app === undefined || app === '' || owner === undefined || definition === undefined) return undefined;
  if (!Number.isSafeInteger(generation) || generation < 1) return undefined;
  const secretNames = textsIn(jsonIn(labels[SECRETS_LABEL]));
  return { app, owner, generation, definition: objectIn(definition), secretNames };
}

/** `1:` is the version of how it is made. */
export function definitionHash(definition: AppDefinition): string {
  return `1:${createHash('sha256').update(canonical(definition)).digest('hex').slice(0, 16)}`;
}

/** The same text for the same definition, in whatever order its fields were written. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

function jsonIn(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
