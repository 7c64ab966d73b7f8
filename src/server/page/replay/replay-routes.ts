// server: replays that are asked for on the page: for no longer than a minute, and only while somebody waits.

import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { type AlgorithmType, API_VERSION, resourceKey } from '../../../api/policy.ts';
import { isObject } from '../../../api/schema/json-schema.ts';
import type { ReplayTable } from '../../../api/words/replay-table.ts';
import type { OperatorView } from '../../../controller/status/view.ts';
import { defined } from '../../../lang/defined.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { messageOf, TerminalError } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';
import { type Access, isRefused } from '../../access/access.ts';
import { Displaced, isTurn, ReplayTurns } from './replay-turns.ts';

export interface ReplayQuestion {
  /** `namespace/name` of the recorded policy. */
  readonly policy: string;
  /** By the wall clock. */
  readonly fromMs: number;
  readonly toMs: number;
  /** How many apps are replayed with it: those of its pool. */
  readonly apps: number;
  readonly law?: AlgorithmType;
  /** YAML of the policy to try; absent: the recorded one. */
  readonly text?: string;
}

export interface Replays {
  /** Away from the rounds; ends when aborted. Throws TerminalError with what is wrong with the question. */
  run(question: ReplayQuestion, signal: AbortSignal): Promise<ReplayTable>;
  /** A policy as people write it. */
  yaml(policy: object): string;
}

export interface ReplayRoutesDeps {
  /** Absent: nothing is recorded. */
  readonly replays?: Replays;
  readonly view: () => OperatorView;
  readonly access: Pick<Access, 'enter'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

const LAWS: readonly AlgorithmType[] = ['Fluid', 'Queue', 'SimpleQueue'];
export const LONGEST_REPLAY_MS = 60_000;
const MAX_BODY = 256 * 1024;
const FRESH = { 'cache-control': 'no-store' };

/** It ran too long. */
class TookTooLong extends Error {}

/**
 * - `GET /policy?of=NAMESPACE/NAME`: the policy as YAML, to be edited and tried.
 * - `POST /replay` {policy, fromMs, toMs, law?, text?}: ReplayTable, or {message}: 400 for what cannot be replayed, 503
 *   while another one runs or where one who may write takes its place, 429 for a token that may only read and has had its share,
 *   504 after a minute. Ends when nobody waits for it any more.
 */
export function replayRoutes({ replays, view, access, clock, log, signal }: ReplayRoutesDeps): Hono {
  const app = new Hono();
  const turns = new ReplayTurns(clock);
  app.get('/policy', (c) => {
    const key = c.req.query('of') ?? '';
    const policies = view().pools.flatMap((pool) => pool.policies);
    const found = policies.find((each) => resourceKey(each) === key);
    if (found === undefined || replays === undefined)
      return c.json({ message: `there is no policy ${key}` }, 404);
    const { namespace, name, spec } = found;
    const metadata = { name, ...(namespace !== 'default' && { namespace }) };
    const text = replays.yaml({ apiVersion: API_VERSION, kind: 'MicroscalingPolicy', metadata, spec });
    return c.json({ text }, 200, FRESH);
  });
  app.post('/replay', bodyLimit({ maxSize: MAX_BODY }), async (c) => {
    if (replays === undefined)
      return c.json({ message: 'nothing is recorded here: start the operator with --data' }, 404);
    const asked = questionIn(await c.req.text(), clock.now());
    if (typeof asked === 'string') return c.json({ message: asked }, 400);
    const question = { ...asked, apps: appsBeside(view(), asked.policy) };
    const entered = access.enter(c.req.raw);
    if (isRefused(entered)) return c.json({ message: entered.message }, entered.status);
    const turn = await turns.begin(entered);
    if (!isTurn(turn)) {
      const { message, waitMs } = turn;
      if (waitMs === undefined) return c.json({ message }, 503);
      return c.json({ message }, 429, { 'retry-after': String(Math.ceil(waitMs / 1_000)) });
    }
    const over = new AbortController();
    clock.sleep(LONGEST_REPLAY_MS, over.signal).then(
      () => over.abort(new TookTooLong()),
      () => undefined,
    );
    try {
      const until = AbortSignal.any([signal, c.req.raw.signal, over.signal, turn.signal]);
      return c.json(await replays.run(question, until), 200, FRESH);
    } catch (error) {
      if (over.signal.reason instanceof TookTooLong)
        return c.json({ message: 'it was not done within a minute: choose a shorter span' }, 504);
      if (turn.signal.reason instanceof Displaced)
        return c.json(
          { message: 'somebody who may write asked for another replay; try again when it is done' },
          503,
        );
      if (error instanceof TerminalError) return c.json({ message: error.message }, 400);
      if (!c.req.raw.signal.aborted) log.warn('a replay failed', { error: messageOf(error) });
      return c.json({ message: 'the replay failed; the log of the operator says why' }, 500);
    } finally {
      over.abort();
      turn.end();
    }
  });
  return app;
}

/** What was asked for, or what is wrong with it. */
function questionIn(body: string, nowMs: number): Omit<ReplayQuestion, 'apps'> | string {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return 'the body is not JSON';
  }
  if (!isObject(value)) return 'the body is not an object';
  const { policy, fromMs, toMs, law, text } = value;
  if (typeof policy !== 'string' || !/^[^/]+\/[^/]+$/.test(policy)) return '`policy` must be namespace/name';
  if (!isTime(fromMs) || !isTime(toMs) || fromMs >= toMs)
    return '`fromMs` and `toMs` must be times in ms, the earlier one first';
  const known = LAWS.find((each) => each === law);
  if (law !== undefined && known === undefined) return `\`law\` must be one of ${LAWS.join(', ')}`;
  if (text !== undefined && typeof text !== 'string') return '`text` must be the YAML of a policy';
  // Nothing is recorded of the time to come, and every step of it would take memory.
  const endMs = Math.min(toMs, nowMs);
  if (endMs <= fromMs) return '`fromMs` must be in the past';
  return { policy, fromMs, toMs: endMs, ...defined({ law: known, text }) };
}

/** Of a policy that is no more, one. */
function appsBeside({ pools }: OperatorView, policy: string): number {
  const pool = pools.find(({ policies }) => policies.some((each) => resourceKey(each) === policy));
  return pool?.policies.reduce((sum, { apps }) => sum + apps.length, 0) ?? 1;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}
