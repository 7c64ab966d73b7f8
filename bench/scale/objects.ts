// bench: ten thousand policies in the operator's own API: how long a list takes, and how soon a watch of one of them tells of a
// change while all of them are there.

import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { systemClock } from '../../src/runtime/clock.ts';
import { policy } from '../cost/api.ts';
import { preciseNow } from '../cost/marathon.ts';
import { type Figure, share } from '../cost/measure.ts';
import { startOperatorProcess } from '../cost/process.ts';

const POLICIES = 10_000;
const SENDERS = 8;
const LISTS = 10;
const CHANGES = 20;
const BETWEEN_CHANGES_MS = 300;
const LIST_MS = 2_000;
const BEHIND_MS = 100;
const OBJECTS = '/apis/microscaling.io/v1alpha1/namespaces/default/microscalingpolicies';

/** They are paused: what is measured is the API, not their rounds. */
export async function thousandsInTheApi(step: (doing: string) => void): Promise<readonly Figure[]> {
  const operator = await startOperatorProcess((dir) => [
    ...['--data', join(dir, 'data'), '--marathon', 'http://127.0.0.1:1'],
  ]);
  try {
    step(`${POLICIES} policies are applied`);
    const beganMs = preciseNow();
    await applyAll(operator.url);
    const appliedS = (preciseNow() - beganMs) / 1_000;
    step(`${POLICIES} policies are listed`);
    const lists: number[] = [];
    for (let i = 0; i < LISTS; i++) lists.push(await listed(operator.url));
    step(`one of ${POLICIES} policies is watched`);
    const behind = await watched(operator.url);
    const of = `${POLICIES} policies in the API`;
    return [
      {
        name: `${of}: list, median`,
        value: share(lists, 0.5),
        unit: 'ms',
        limit: LIST_MS,
        note: `of ${LISTS}; slowest ${Math.max(...lists).toFixed(0)} ms`,
      },
      {
        name: `${of}: watch of one behind, p95`,
        value: share(behind, 0.95),
        unit: 'ms',
        limit: BEHIND_MS,
        note: `of ${CHANGES} changes, from the answer to the event`,
      },
      { name: `${of}: applied in`, value: appliedS, unit: 's', note: `by ${SENDERS} senders` },
      { name: `${of}: most memory`, value: operator.peakMb() ?? Number.NaN, unit: 'MB', note: 'paused ones' },
    ];
  } finally {
    await operator.stop();
  }
}

/** A server may close an idle connection while a request is on its way on it: it has not acted, so it is asked again. */
async function send(url: string, method: string, type: string, body: object): Promise<void> {
  const request = { method, headers: { 'content-type': type }, body: JSON.stringify(body) };
  const answer = await fetch(url, request).catch(() => fetch(url, request));
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text.slice(0, 300)}`);
}

async function applyAll(url: string): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    for (let n = next++; n < POLICIES; n = next++) {
      const { spec, ...document } = policy(`p-${n}`, 0);
      await send(`${url}${OBJECTS}`, 'POST', 'application/json', {
        ...document,
        spec: { ...spec, mode: 'Paused' },
      });
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, work));
}

async function listed(url: string): Promise<number> {
  const beganMs = preciseNow();
  const answer = await fetch(`${url}${OBJECTS}`);
  const { items } = (await answer.json()) as { readonly items: readonly unknown[] };
  if (items.length !== POLICIES) throw new Error(`a list of ${items.length} policies`);
  return preciseNow() - beganMs;
}

/** From the answer to each change to the event that tells of it; nothing, where the event comes first. */
async function watched(url: string): Promise<readonly number[]> {
  const over = new AbortController();
  const seenMs = new Map<string, number>();
  const query = `?watch=true&fieldSelector=${encodeURIComponent('metadata.name=p-77')}`;
  const stream = await fetch(`${url}${OBJECTS}${query}`, { signal: over.signal });
  if (stream.body === null) throw new Error('a watch without events');
  const lines = createInterface({ input: Readable.fromWeb(stream.body) });
  lines.on('line', (line) => {
    const { object } = JSON.parse(line) as {
      readonly object?: { readonly metadata?: { readonly labels?: { readonly change?: string } } };
    };
    const change = object?.metadata?.labels?.change;
    if (change !== undefined && !seenMs.has(change)) seenMs.set(change, preciseNow());
  });
  lines.on('error', () => undefined);
  const answeredMs: number[] = [];
  for (let n = 0; n < CHANGES; n++) {
    const change = { metadata: { labels: { change: `${n}` } } };
    await send(`${url}${OBJECTS}/p-77`, 'PATCH', 'application/merge-patch+json', change);
    answeredMs.push(preciseNow());
    await systemClock.sleep(BETWEEN_CHANGES_MS);
  }
  await systemClock.sleep(1_000);
  over.abort();
  return answeredMs.map((atMs, n) => Math.max(0, (seenMs.get(`${n}`) ?? Number.POSITIVE_INFINITY) - atMs));
}
