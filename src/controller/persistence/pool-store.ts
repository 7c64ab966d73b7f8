// controller: pools' memories over restarts: what they did at once, what they learned every now and then.

import { isObject } from '../../api/schema/json-schema.ts';
import { storedAs } from '../../api/validation/stored.ts';
import { type LastingMemory, lastingOf, movedLasting, resume } from '../../core/lasting.ts';
import { type Clock, wallOffset } from '../../runtime/clock.ts';
import type { KnownConfigs } from '../foreign-scale/foreign-edits.ts';
import type { SceneMemories } from '../round/decide.ts';
import type { DurableWrites } from './durable-writes.ts';
import { decodePoolHistory, encodePoolHistory, movedPoolHistory, type PoolHistory } from './pool-codec.ts';

/** What a pool did and saw; one per pool that has anything to keep. */
const HISTORY = 'pool';
/** What its laws have learned; one per pool. */
const LEARNED = 'decision';
const VERSION = 1;
/** So old may the time of saving be that is written beside what was learned: it is how long that is trusted. */
const REFRESH_MS = 600_000;

interface Learned {
  readonly version: typeof VERSION;
  readonly savedAtMs: number;
  readonly scenes: Readonly<Record<string, unknown>>;
  /** By app id, by the scheduler's clock. */
  readonly configs?: Readonly<Record<string, unknown>>;
}

export interface Restored {
  readonly history?: PoolHistory;
  readonly scenes?: SceneMemories;
  readonly configs?: KnownConfigs;
}

/** What is stored has its times by the wall clock, what is remembered has them monotonic. */
export class PoolStore {
  readonly #writes: DurableWrites;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #wallAheadMs: () => number;
  readonly #histories: Map<string, PoolHistory>;
  readonly #learned: Map<string, Learned>;
  /** As it was given to be written last, by pool. */
  readonly #given = new Map<string, { readonly text: string; readonly savedAtMs: number }>();

  constructor(writes: DurableWrites, clock: Pick<Clock, 'now' | 'monotonic'>) {
    this.#writes = writes;
    this.#clock = clock;
    this.#wallAheadMs = wallOffset(clock);
    this.#histories = new Map(writes.load(HISTORY, decodePoolHistory));
    this.#learned = new Map(writes.load(LEARNED, readLearned));
  }

  /** What the last process knew of a pool; once. */
  take(pool: string): Restored {
    const deeds = this.#histories.get(pool);
    const learned = this.#learned.get(pool);
    this.#histories.delete(pool);
    this.#learned.delete(pool);
    const known = deeds && movedPoolHistory(deeds, -this.#wallAheadMs());
    return {
      ...(known && { history: known }),
      ...(learned && { scenes: this.#resume(learned), configs: configsIn(learned) }),
    };
  }

  /** No crash of the machine loses it once this resolves, nor one of the process once it returns; writes only what is new. */
  async keepHistory(pool: string, deeds: PoolHistory): Promise<void> {
    if (!this.#writes.isLasting) return;
    await this.#writes.keep(HISTORY, pool, encodePoolHistory(deeds, this.#wallAheadMs()));
  }

  keepLearned(
    pool: string,
    { scenes: memories, configs: known }: { readonly scenes: SceneMemories; readonly configs: KnownConfigs },
  ): void {
    if (!this.#writes.isLasting) return;
    const savedAtMs = this.#clock.now();
    const scenes = this.#lastingScenes(memories);
    const configs = Object.fromEntries([...known].sort(([a], [b]) => (a < b ? -1 : 1)));
    const text = JSON.stringify({ scenes, configs });
    const last = this.#given.get(pool);
    if (last?.text === text && savedAtMs - last.savedAtMs < REFRESH_MS) return;
    this.#given.set(pool, { text, savedAtMs });
    this.#writes.keepSoon(LEARNED, pool, { version: VERSION, savedAtMs, scenes, configs } satisfies Learned);
  }

  /** What was learned of a pool, as text for another operator. */
  learnedText(memories: SceneMemories): string {
    const savedAtMs = this.#clock.now();
    return JSON.stringify({ version: VERSION, savedAtMs, scenes: this.#lastingScenes(memories) });
  }

  /** From such a text, by whomever it was written; undefined where nothing in it can be read. */
  scenesIn(text: string): SceneMemories | undefined {
    const learned = readLearned(tryJson(text));
    const scenes = learned && this.#resume(learned);
    return scenes === undefined || scenes.size === 0 ? undefined : scenes;
  }

  #lastingScenes(memories: SceneMemories): Learned['scenes'] {
    const byMs = this.#wallAheadMs();
    return Object.fromEntries(
      [...memories].map(([scene, memory]): [string, LastingMemory] => {
        return [scene, movedLasting(lastingOf(memory), byMs)];
      }),
    );
  }

  /** There is no such pool any more. */
  forget(pool: string): void {
    this.take(pool);
    this.#given.delete(pool);
    this.#writes.keepSoon(HISTORY, pool, undefined);
    this.#writes.keepSoon(LEARNED, pool, undefined);
  }

  /** Every policy is known: what was left by pools that are not there is of no use. */
  forgetOthers(isThere: (pool: string) => boolean): void {
    for (const pool of new Set([...this.#histories.keys(), ...this.#learned.keys()])) {
      if (!isThere(pool)) this.forget(pool);
    }
  }

  #resume({ savedAtMs, scenes }: Learned): SceneMemories {
    const nowMs = this.#clock.now();
    const wallAheadMs = this.#wallAheadMs();
    return new Map(
      Object.entries(scenes).flatMap(([scene, raw]) => {
        const memory = resume(raw, { savedAtMs, nowMs, wallAheadMs });
        return memory === undefined ? [] : [[scene, memory] as const];
      }),
    );
  }
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function configsIn({ configs = {} }: Learned): KnownConfigs {
  return new Map(
    Object.entries(configs).flatMap(([app, atMs]) =>
      typeof atMs === 'number' ? [[app, atMs] as const] : [],
    ),
  );
}

/** Each scene and each time is read by itself, so that one that is damaged takes no other with it. */
const isLearned = storedAs<Learned>({
  type: 'object',
  description: 'What the laws of a pool have learned.',
  required: ['version', 'savedAtMs', 'scenes'],
  properties: {
    version: { type: 'number', description: 'Of this form.', minimum: VERSION, maximum: VERSION },
    savedAtMs: { type: 'number', description: 'By the wall clock.' },
    scenes: { type: 'object', description: 'Lasting memories by scene.' },
  },
});

/** Undefined for what this version cannot read. */
function readLearned(raw: unknown): Learned | undefined {
  if (!isLearned(raw)) return undefined;
  const { version, savedAtMs, scenes, configs } = raw;
  return { version, savedAtMs, scenes, ...(isObject(configs) && { configs }) };
}
