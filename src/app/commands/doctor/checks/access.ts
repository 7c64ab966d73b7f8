// app: what this account may read and write, tried with nothing that could have an effect.

import type { Check, CheckResult } from '../check.ts';
import type { Evidence, Read, WriteAnswer } from '../evidence.ts';
import type { Finding } from '../finding.ts';

export const checkAccess: Check = (evidence): CheckResult => [
  ...READS.flatMap(({ from, path, use }) => checkRead(evidence[from], path, use)),
  ...checkWriting(evidence),
  ...checkEvents(evidence),
];

const READS = [
  { from: 'apps', path: '/v2/apps', use: 'what runs cannot be seen, so nothing is scaled' },
  { from: 'queue', path: '/v2/queue', use: 'what waits for room, and why, cannot be seen' },
  { from: 'deployments', path: '/v2/deployments', use: 'who holds the lock of an app cannot be seen' },
] as const;

function checkRead(read: Read<unknown>, path: string, why: string): readonly Finding[] {
  if (read.ok) return [];
  const change = `let this account read ${path}, also in proxies in front of Marathon`;
  return [finding('error', `${path} cannot be read: ${read.reason}`, { why, change })];
}

/** A body of the wrong shape, for an app that does not exist, is refused by Marathon itself with one of these. */
const REFUSED_BY_MARATHON: ReadonlySet<number> = new Set([400, 404, 422]);

function checkWriting({ writing, authenticated }: Evidence): readonly Finding[] {
  const why = 'the operator changes the count of apps by PUT and PATCH: without that it can only watch';
  if (!writing.ok) {
    const change = 'let writes through as reads are let through';
    return [finding('error', `a write gets no answer: ${writing.reason}`, { why, change })];
  }
  const { status, words, fromMarathon } = writing.value;
  if (fromMarathon && REFUSED_BY_MARATHON.has(status)) return authenticated ? [] : [OPEN];
  return [finding('error', words, { why, change: writeAdvice(writing.value) })];
}

function writeAdvice({ status }: WriteAnswer): string {
  if (status === 401) return 'give credentials in marathon.auth of the policies, and name the file with -f';
  if (status === 403) return 'give this account the right to update apps';
  if (status === 405 || status === 501)
    return 'let the proxy in front of Marathon pass PUT, PATCH, POST and DELETE';
  return 'look at what stands between this machine and Marathon';
}

const OPEN: Finding = finding('note', 'Marathon takes writes without credentials', {
  why: 'whoever reaches its address can run commands on every agent',
  change: 'start it with --http_credentials, or keep it where only trusted machines reach it',
});

function checkEvents({ events }: Evidence): readonly Finding[] {
  const why =
    'without it the operator reads lists again and again, and learns of tasks that start and end only then';
  if (!events.ok) {
    const change =
      'let /v2/events through; standby nodes redirect it to the leader, so name the address of every node: credentials go nowhere else';
    return [finding('warning', `the event stream cannot be opened: ${events.reason}`, { why, change })];
  }
  if (events.value.greeted) return [];
  const change = 'turn off buffering in the proxy in front of Marathon (nginx: proxy_buffering off)';
  return [finding('warning', 'the event stream opens, but its first event does not arrive', { why, change })];
}

function finding(
  severity: Finding['severity'],
  what: string,
  advice: Pick<Finding, 'why' | 'change'>,
): Finding {
  return { check: 'access', severity, what, ...advice };
}
