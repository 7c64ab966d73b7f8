// schedulers: which tasks of an app are idle, by asking each of them. Who is not known to be idle is not.

import { durationMs } from '../../api/duration.ts';
import type { IdleVictims } from '../../api/policy.ts';
import type { TaskObservation } from '../../core/observation.ts';
import type { Clock } from '../../runtime/clock.ts';

/** What a task says at an address, as far as it is of use; rejects where it says nothing. */
export type AskTask = (url: string, signal: AbortSignal) => Promise<string>;

/** So many are asked at once, those first that would go first. */
const ASKED_AT_ONCE = 64;
/**
 * At first only so many more than are to go, or do not run yet, for whoever says that it is idle takes nothing for a while; all
 * of them once one says something else, or takes long.
 */
const ASKED_BESIDE = 2;
const IDLE = 'idle';
/**
 * The time is waited for in so many parts, each of which begins only when the one before is over: a process that is kept
 * from running reads in them the answers that came meanwhile, which a single timer would come before.
 */
const PARTS = 10;
/**
 * Who said that it is idle takes nothing for half a second; this leaves time to write. An answer may be as old as its
 * question, and an older one is asked for anew.
 */
const FRESH_MS = 300;
const MOST_ROUNDS = 3;

export interface IdleDeps {
  readonly clock: Clock;
  /** How a task is asked whether it is idle. */
  readonly ask: AskTask;
  /** How many are to go: when so many are known to be idle, nobody else is asked or waited for. Absent: all are. */
  readonly enough?: number;
  /** Called with what was answered, where an instance that runs was to be asked. */
  readonly onAnswers?: ((answers: Answers) => void) | undefined;
}

/** Ids of those that answered in time. */
export interface Answers {
  readonly idle: ReadonlySet<string>;
  /** They serve, and did not say that they are idle. */
  readonly busy: ReadonlySet<string>;
}

export const NO_ANSWERS: Answers = { idle: new Set(), busy: new Set() };

/**
 * Whoever does not run yet, as far as is known, goes first and works for nobody, unless it answers: so its answer is waited
 * for in any case.
 *
 * @param tasks in the order in which they would go
 */
export async function askWhoIsIdle(
  tasks: readonly TaskObservation[],
  probe: IdleVictims,
  deps: IdleDeps,
  signal: AbortSignal,
): Promise<Answers> {
  const heard: Heard = { idle: new Map(), busy: new Map() };
  const withinMs = durationMs(probe.within);
  await askAll(tasks, { ...probe, withinMs }, { ...deps, heard }, signal);
  for (let round = 2; round <= MOST_ROUNDS; round++) {
    const oldestMs = deps.clock.monotonic() - FRESH_MS;
    const old = tasks.filter(({ id }) => (heard.idle.get(id) ?? heard.busy.get(id) ?? oldestMs) < oldestMs);
    if (old.length === 0) break;
    for (const { id } of old) heard.idle.delete(id);
    await askAll(old, { ...probe, withinMs: Math.min(withinMs, FRESH_MS) }, { ...deps, heard }, signal);
  }
  const answers: Answers = { idle: new Set(heard.idle.keys()), busy: new Set(heard.busy.keys()) };
  if (tasks.some(({ phase }) => phase === 'running')) deps.onAnswers?.(answers);
  return answers;
}

/** By id, when those were asked who said so last. */
interface Heard {
  readonly idle: Map<string, number>;
  readonly busy: Map<string, number>;
}

async function askAll(
  tasks: readonly TaskObservation[],
  { path, portIndex, withinMs }: Omit<IdleVictims, 'within'> & { readonly withinMs: number },
  { clock, ask, enough = Number.POSITIVE_INFINITY, heard }: IdleDeps & { readonly heard: Heard },
  signal: AbortSignal,
): Promise<void> {
  const ended = new AbortController();
  const until = AbortSignal.any([signal, ended.signal]);
  const { promise: known, resolve } = Promise.withResolvers<void>();
  const next = tasks.values();
  const unheard = new Set(tasks.filter(({ phase }) => phase !== 'running'));
  const isEnough = (): boolean => heard.idle.size >= enough && unheard.size === 0;
  let mayAsk = Math.max(enough, unheard.size) + ASKED_BESIDE;
  let underWay = 0;
  askOn();
  await Promise.race([known, timeIsUp()]);
  ended.abort();
  signal.throwIfAborted();

  function askOn(): void {
    while (underWay < ASKED_AT_ONCE && mayAsk > 0 && !isEnough()) {
      const { value: task } = next.next();
      if (task === undefined) break;
      mayAsk--;
      underWay++;
      void askOne(task).finally(() => {
        underWay--;
        unheard.delete(task);
        if (!heard.idle.has(task.id)) mayAsk = tasks.length;
        if (!until.aborted) askOn();
      });
    }
    if (underWay === 0 || isEnough()) resolve();
  }

  async function askOne({ id, host, ports }: TaskObservation): Promise<void> {
    const port = ports?.[portIndex];
    if (host === undefined || port === undefined) return;
    const askedMs = clock.monotonic();
    const at = `http://${host.includes(':') ? `[${host}]` : host}:${port}${path}`;
    const said = await ask(at, until).catch(() => '');
    if (until.aborted) return;
    if (said === '') return;
    const [now, before] = said === IDLE ? [heard.idle, heard.busy] : [heard.busy, heard.idle];
    now.set(id, askedMs);
    before.delete(id);
  }

  async function timeIsUp(): Promise<void> {
    try {
      for (let part = 1; part <= PARTS; part++) {
        await clock.sleep(withinMs / PARTS, until);
        if (part === PARTS) break;
        mayAsk = tasks.length;
        askOn();
      }
    } catch {
      // All have answered, or the process ends.
    }
  }
}

/** Follows no redirect, sends no credentials, and reads no more than the first bytes. */
export const askOverHttp: AskTask = async (url, signal) => {
  const answer = await fetch(url, { redirect: 'error', signal });
  const reader = answer.body?.getReader();
  const first = await reader?.read();
  // Whether more would come is of no interest.
  reader?.cancel().catch(() => undefined);
  return answer.status === 200 ? new TextDecoder().decode(first?.value?.subarray(0, 16)).trim() : '';
};
