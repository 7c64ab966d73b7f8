// controller: pauses, overrides and kept definitions that go along with a pool to the operator that has it next, where each operator
// keeps them for itself.

import { isDeepStrictEqual } from 'node:util';
import { type ResourceKey, resourceKey } from '../../api/policy.ts';
import { type InterventionObject, isInterventionObject } from '../../policy-sources/intervention-object.ts';
import type { PoolHands } from '../../policy-sources/pools-to-run.ts';
import type { Logger } from '../../runtime/log.ts';
import type { StoredInterventions } from './stored-interventions.ts';

export interface TravellingHandsDeps {
  readonly stored: StoredInterventions;
  /** Those of a pool that are known here. */
  readonly policiesOf: (pool: string) => readonly ResourceKey[];
  /** Whether a policy is of a pool, or may turn out to be: it was not seen yet, and not everything could be listed. */
  readonly mayBeIn: (policy: ResourceKey, pool: string) => boolean;
  readonly log: Logger;
}

/** Room for a hundred of them: where they are written people read as well, and none of it grows without bound. */
const MOST_CHARACTERS = 32_768;

/** What a name of Kubernetes may have, less what is put behind it. */
const LONGEST_OWN_NAME = 240;

export class TravellingHands implements PoolHands {
  readonly #deps: TravellingHandsDeps;
  /** By pool: keys of what came with it for policies that were not known then. */
  readonly #early = new Map<string, ReadonlySet<string>>();
  /** Pools of which it was said that not all goes along. */
  readonly #tooMuch = new Set<string>();

  constructor(deps: TravellingHandsDeps) {
    this.#deps = deps;
  }

  /** The objects as JSON, without how they stand: whoever has the pool rules on them anew. */
  of(pool: string): string | undefined {
    const objects = this.#here(pool).filter(({ status }) => status?.ended === undefined);
    if (objects.length === 0) return undefined;
    const texts = objects.map((object) => JSON.stringify(travelling(object)));
    const fitting = fittingIn(texts, MOST_CHARACTERS);
    this.#noteLeftOut(pool, texts.length - fitting.length);
    return fitting.length === 0 ? undefined : `[${fitting.join(',')}]`;
  }

  taken(pool: string, hands: string | undefined, others: boolean): void {
    const { stored } = this.#deps;
    const carried = this.#carriedIn(pool, hands).map((object) => this.#besideOthers(pool, object));
    const has = new Set(carried.map(keyOf));
    const news = carried.filter((object) => {
      const here = stored.object(keyOf(object));
      if (here === undefined) return true;
      return others && !isDeepStrictEqual(travelling(here), travelling(object));
    });
    const over = others ? this.#here(pool).filter((object) => !has.has(keyOf(object))) : [];
    this.#noteEarly(pool, carried);
    stored.takeOver(news, over.map(keyOf), 'whoever had the policy before ended it');
  }

  left(pool: string, operator: string): void {
    this.#end(pool, `operator ${operator} has the policy, and goes on with it`);
  }

  lost(pool: string, operator: string): void {
    this.#end(pool, `operator ${operator} has taken the policy, and was not told: say it to that operator`);
  }

  #end(pool: string, why: string): void {
    const over = this.#here(pool);
    this.#early.delete(pool);
    if (over.length > 0) this.#deps.stored.takeOver([], over.map(keyOf), why);
  }

  /** Each operator gives names for itself: what is held here in another pool under that name is not to go. */
  #besideOthers(pool: string, object: InterventionObject): InterventionObject {
    const here = this.#deps.stored.object(keyOf(object));
    if (here === undefined) return object;
    const place = policyOf(here);
    if (place === policyOf(object) || this.#deps.policiesOf(pool).includes(place)) return object;
    const { metadata } = object;
    const name = `${metadata.name.slice(0, LONGEST_OWN_NAME)}-${metadata.uid.slice(0, 8)}`;
    return { ...object, metadata: { ...metadata, name } };
  }

  #here(pool: string): readonly InterventionObject[] {
    const all = this.#deps.stored.objects();
    if (all.length === 0) return all;
    const policies = new Set(this.#deps.policiesOf(pool));
    const early = this.#early.get(pool);
    return all.filter((object) => {
      const policy = policyOf(object);
      return policies.has(policy) || (early?.has(keyOf(object)) === true && this.#deps.mayBeIn(policy, pool));
    });
  }

  /** They wait for their policies, and go along with the pool meanwhile. */
  #noteEarly(pool: string, carried: readonly InterventionObject[]): void {
    const policies = new Set(this.#deps.policiesOf(pool));
    const early = carried.filter((object) => !policies.has(policyOf(object)));
    if (early.length === 0) this.#early.delete(pool);
    else this.#early.set(pool, new Set(early.map(keyOf)));
  }

  /** Whatever is no intervention is left out, and the rest goes on. */
  #carriedIn(pool: string, hands: string | undefined): readonly InterventionObject[] {
    if (hands === undefined) return [];
    const found = listIn(hands);
    const good = found
      .filter(isInterventionObject)
      .map(travelling)
      .filter((object) => this.#deps.mayBeIn(policyOf(object), pool));
    if (good.length < found.length || found.length === 0)
      this.#deps.log.warn('some of what people hold in a pool that was taken over cannot be read', { pool });
    return good;
  }

  #noteLeftOut(pool: string, count: number): void {
    if (count === 0) {
      this.#tooMuch.delete(pool);
      return;
    }
    if (this.#tooMuch.has(pool)) return;
    this.#tooMuch.add(pool);
    this.#deps.log.warn('more is held by hand in a pool than goes along when another operator takes it', {
      ...{ pool, leftOut: count },
    });
  }
}

/** Until a moment: a span would begin anew. */
function travelling({ status, ...object }: InterventionObject): InterventionObject {
  const { for: span, ...spec } = object.spec;
  const { namespace, name, uid, creationTimestamp, generation } = object.metadata;
  const until = spec.until ?? status?.until;
  const ends = until === undefined ? { ...(span !== undefined && { for: span }) } : { until };
  return {
    ...object,
    metadata: { namespace, name, uid, creationTimestamp, generation },
    spec: { ...spec, ...ends },
  };
}

function policyOf({ metadata: { namespace }, spec }: InterventionObject): ResourceKey {
  return resourceKey({ namespace, name: spec.policyRef.name });
}

function keyOf({ metadata: { namespace, name } }: InterventionObject): string {
  return `${namespace}/${name}`;
}

function fittingIn(texts: readonly string[], most: number): readonly string[] {
  let length = 2;
  return texts.filter((text) => {
    if (length + text.length + 1 > most) return false;
    length += text.length + 1;
    return true;
  });
}

function listIn(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
