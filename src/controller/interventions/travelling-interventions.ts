// controller: pauses, overrides and kept definitions that go along with a pool to the operator that has it next, where each operator
// keeps them for itself.

import { isDeepStrictEqual } from 'node:util';
import { type ResourceKey, resourceKey } from '../../api/policy.ts';
import { defined } from '../../lang/defined.ts';
import { type InterventionObject, isInterventionObject } from '../../policy-sources/intervention-object.ts';
import type { CarriedInterventions, PoolInterventions } from '../../policy-sources/pools-to-run.ts';
import type { Logger } from '../../runtime/log.ts';
import type { CarriedMark } from './carried-marks.ts';
import type { StoredInterventions } from './stored-interventions.ts';

export interface TravellingInterventionsDeps {
  readonly stored: StoredInterventions;
  /** Those of a pool that are known here. */
  readonly policiesOf: (pool: string) => readonly ResourceKey[];
  /** Whether a policy is of a pool, or may turn out to be: it was not seen yet, and not everything could be listed. */
  readonly mayBeIn: (policy: ResourceKey, pool: string) => boolean;
  /** By the wall clock, in ms. */
  readonly now: () => number;
  readonly log: Logger;
}

/** Room for a hundred of them: where they are written people read as well, and none of it grows without bound. */
const MOST_CHARACTERS = 32_768;

/** What a name of Kubernetes may have, less what is put behind it. */
const LONGEST_OWN_NAME = 240;

export class TravellingInterventions implements PoolInterventions {
  readonly #deps: TravellingInterventionsDeps;
  /** By pool: keys of what came with it for policies that were not known then. */
  readonly #early = new Map<string, ReadonlySet<string>>();
  /** Pools of which it was said that not all goes along. */
  readonly #tooMuch = new Set<string>();

  constructor(deps: TravellingInterventionsDeps) {
    this.#deps = deps;
  }

  of(pool: string): CarriedInterventions | undefined {
    const text = this.#textOf(pool);
    const { text: known, generation } = this.#deps.stored.marks.of(pool) ?? { generation: 0 };
    if (text !== known) return { ...defined({ text }), generation: generation + 1 };
    return generation === 0 ? undefined : { ...defined({ text }), generation };
  }

  written(pool: string, carried: CarriedInterventions | undefined): void {
    if (carried !== undefined) this.#mark(pool, carried);
  }

  /** The objects as JSON, without how they stand: whoever has the pool rules on them anew. */
  #textOf(pool: string): string | undefined {
    const objects = this.#here(pool).filter(({ status }) => status?.ended === undefined);
    if (objects.length === 0) return undefined;
    const texts = objects.map((object) => JSON.stringify(travelling(object)));
    const fitting = fittingIn(texts, MOST_CHARACTERS);
    this.#noteLeftOut(pool, texts.length - fitting.length);
    return fitting.length === 0 ? undefined : `[${fitting.join(',')}]`;
  }

  /**
   * Which of the two counts: what this operator and the Lease last agreed on says how far each has gone since.
   *
   * | the Lease counts     | what it says                | what is held here and not there        |
   * |----------------------|-----------------------------|----------------------------------------|
   * | more                 | is in force                 | is over, unless it was said since then |
   * | the same             | is what was here before     | stays, and so does what is over here   |
   * | less                 | what was said since then    | stays                                  |
   * | not, or nobody knows | is in force                 | stays; over after another operator     |
   */
  taken(pool: string, carried: CarriedInterventions | undefined, others: boolean): void {
    const { stored } = this.#deps;
    const objects = this.#carriedIn(pool, carried?.text).map((object) => this.#besideOthers(pool, object));
    this.#noteEarly(pool, objects);
    const mark = stored.marks.of(pool);
    const generation = carried?.generation ?? 0;
    const isOlder = mark !== undefined && generation > 0 && generation < mark.generation;
    const isOurs = mark?.isLeft !== true && generation === mark?.generation && generation > 0;
    if (!isOurs) {
      const isCounted = mark !== undefined && generation > mark.generation;
      const isOfAfter = (object: InterventionObject): boolean => isSince(object, mark);
      const has = new Set(objects.map(keyOf));
      const beside = this.#here(pool).filter((object) => !has.has(keyOf(object)));
      const over = isOlder
        ? []
        : others
          ? beside
          : isCounted
            ? beside.filter((each) => !isOfAfter(each))
            : [];
      const said = isOlder ? objects.filter(isOfAfter) : objects;
      const isTheirs = !isOlder && (others || isCounted);
      const news = said.filter((object) => this.#isNews(object, isTheirs));
      stored.takeOver(news, over.map(keyOf), 'whoever had the policy before ended it');
    }
    if (carried !== undefined && !isOlder) this.#mark(pool, carried);
  }

  /** @param isTheirs also what is held here goes by what they say */
  #isNews(object: InterventionObject, isTheirs: boolean): boolean {
    const here = this.#deps.stored.object(keyOf(object));
    return here === undefined || (isTheirs && !isDeepStrictEqual(travelling(here), travelling(object)));
  }

  #mark(pool: string, { text, generation }: CarriedInterventions, isLeft = false): void {
    const { stored, now } = this.#deps;
    const known = stored.marks.of(pool);
    const isSame =
      known?.text === text && known?.generation === generation && (known.isLeft ?? false) === isLeft;
    // A new time says what was said before it: as long as nothing else is new, the old one does.
    if (isSame || generation === 0) return;
    stored.marks.set(pool, { ...defined({ text }), generation, atMs: now(), ...(isLeft && { isLeft }) });
  }

  left(pool: string, operator: string): void {
    const mark = this.#deps.stored.marks.of(pool);
    if (mark !== undefined) this.#mark(pool, { generation: mark.generation }, true);
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
  #carriedIn(pool: string, text: string | undefined): readonly InterventionObject[] {
    if (text === undefined) return [];
    const found = listIn(text);
    const good = found
      .filter(isInterventionObject)
      .map(travelling)
      .filter((object) => this.#deps.mayBeIn(policyOf(object), pool));
    if (good.length < found.length || found.length === 0)
      this.#deps.log.warn('some interventions of a pool that was taken over cannot be read', { pool });
    return good;
  }

  #noteLeftOut(pool: string, count: number): void {
    if (count === 0) {
      this.#tooMuch.delete(pool);
      return;
    }
    if (this.#tooMuch.has(pool)) return;
    this.#tooMuch.add(pool);
    this.#deps.log.warn('a pool has more interventions than go along when another operator takes it', {
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

/** Whether it was said after what both knew. Whole seconds are kept, so that a part of one is not enough to tell. */
function isSince({ metadata }: InterventionObject, mark: CarriedMark | undefined): boolean {
  if (mark === undefined || mark.text?.includes(JSON.stringify(metadata.uid)) === true) return false;
  return Date.parse(metadata.creationTimestamp) + 1_000 > mark.atMs;
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
