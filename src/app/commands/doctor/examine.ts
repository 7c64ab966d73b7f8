// app: reads everything the doctor looks at of a Marathon. Nothing that it sends can have an effect.

import type { Clock } from '../../../runtime/clock.ts';
import { messageOf, TransientError } from '../../../runtime/errors.ts';
import type { MarathonClient } from '../../../schedulers/marathon/http/client.ts';
import { describeAnswer, errorBody, failureOf, tryJson } from '../../../schedulers/marathon/http/failure.ts';
import type { HttpAnswer } from '../../../schedulers/marathon/http/transport.ts';
import { isObject } from '../../../schedulers/marathon/schema.ts';
import type { ClusterTarget } from '../cluster-target.ts';
import type {
  ClockReading,
  EventsReading,
  MarathonEvidence,
  MarathonInfo,
  Read,
  WriteAnswer,
} from './evidence.ts';
import { readMesos } from './mesos.ts';

/** Marathon greets at once. */
const GREETING_MS = 5_000;

export interface Examined {
  readonly client: MarathonClient;
  readonly clock: Clock;
  readonly marathon: ClusterTarget['marathon'];
  readonly mesosUrl?: string;
}

/** @throws TransientError, TerminalError when Marathon does not even answer what it is */
export async function examineMarathon(on: Examined, signal: AbortSignal): Promise<MarathonEvidence> {
  const { client, clock, marathon } = on;
  const first = await askInfo(client, clock, signal);
  const url = client.url;
  const [apps, queue, deployments, writing, mesos] = await Promise.all([
    attempt(() => client.apps('', signal), signal),
    attempt(() => client.queue(signal), signal),
    attempt(() => client.deployments(signal), signal),
    attempt(() => tryWriting(client, signal), signal),
    readMesos(client, on.mesosUrl ?? mesosUrlOf(first.info, url), signal),
  ]);
  return {
    url,
    urlCount: marathon.urls.length,
    authenticated: marathon.auth !== undefined,
    ...first,
    apps,
    queue,
    deployments,
    writing,
    events: await attempt(() => openEvents(client, clock, signal), signal),
    mesos,
  };
}

async function askInfo(
  client: MarathonClient,
  clock: Clock,
  signal: AbortSignal,
): Promise<Pick<MarathonEvidence, 'info' | 'clock' | 'nowMs' | 'passedOn'>> {
  const sentMs = clock.now();
  const answer = await client.ask({ method: 'GET', path: '/v2/info' }, signal);
  const read = clockOf(answer, sentMs, clock.now());
  const aheadMs = read.ok ? read.value.aheadMs : 0;
  const { passedOn } = answer;
  return { info: infoOf(answer), clock: read, nowMs: clock.now() + aheadMs, ...(passedOn && { passedOn }) };
}

function infoOf(answer: HttpAnswer): MarathonInfo {
  const body = tryJson(answer.text);
  if (answer.status !== 200) throw failureOf('reading /v2/info', answer);
  if (!isObject(body) || (body['version'] === undefined && body['marathon_config'] === undefined)) {
    throw new TransientError(
      `reading /v2/info: ${answer.origin} does not answer as a Marathon does; is the url the base of a Marathon API?`,
    );
  }
  const { version, marathon_config: flags } = body;
  return { flags: isObject(flags) ? flags : {}, ...(typeof version === 'string' && { version }) };
}

/** The header `Date` has whole seconds, cut off, and was written at some moment between question and answer. */
function clockOf({ dateMs }: HttpAnswer, sentMs: number, receivedMs: number): Read<ClockReading> {
  if (dateMs === undefined) return { ok: false, reason: 'answers carry no Date' };
  const aheadMs = dateMs + 500 - (sentMs + receivedMs) / 2;
  return { ok: true, value: { aheadMs, toleranceMs: 500 + (receivedMs - sentMs) / 2 } };
}

/** Refused three times over: PATCH creates nothing, the app does not exist, and the count is not a number. */
async function tryWriting(client: MarathonClient, signal: AbortSignal): Promise<WriteAnswer> {
  const answer = await client.ask(
    {
      method: 'PATCH',
      path: '/v2/apps/microscaling-doctor/no-such-app',
      query: [['force', 'false']],
      body: { instances: 'none' },
    },
    signal,
  );
  const { status } = answer;
  return {
    status,
    fromMarathon: errorBody(answer) !== undefined,
    words: `a write: ${describeAnswer(answer)}`,
  };
}

async function openEvents(client: MarathonClient, clock: Clock, signal: AbortSignal): Promise<EventsReading> {
  const done = new AbortController();
  const within = AbortSignal.any([signal, done.signal]);
  try {
    const stream = await client.events(['event_stream_attached'], within);
    const late = clock.sleep(GREETING_MS, within).then(() => false);
    const greeted = new Promise<boolean>((resolve) => {
      stream.once('data', () => resolve(true));
      for (const end of ['end', 'close', 'error']) stream.on(end, () => resolve(false));
    });
    return { greeted: await Promise.race([late, greeted]) };
  } finally {
    done.abort();
  }
}

/** Behind DC/OS it is a path beside Marathon's own. */
function mesosUrlOf({ flags }: MarathonInfo, base: string): string | undefined {
  const told = flags['mesos_leader_ui_url'];
  const url = typeof told === 'string' ? URL.parse(told, base) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

async function attempt<T>(read: () => Promise<T>, signal: AbortSignal): Promise<Read<T>> {
  try {
    return { ok: true, value: await read() };
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, reason: messageOf(error) };
  }
}
