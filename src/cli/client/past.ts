// cli: how it was earlier, asked of a running operator, or read from the directory of one.

import { existsSync } from 'node:fs';
import { API_VERSION } from '../../api/policy.ts';
import { readerIn } from '../../app/operator/record/recorder.ts';
import type { OptionValues } from '../../app/options.ts';
import type { RecordReader } from '../../recorder/read/record-reader.ts';
import { TerminalError } from '../../runtime/errors.ts';
import {
  notRecordedText,
  type PastAnswer,
  pastEvents,
  pastPolicies,
  pastPolicy,
  recordBeginsMs,
} from '../../server/api/past.ts';
import type { CommandContext } from '../command.ts';
import { timeText } from '../output/policy-table.ts';
import { ProgressLine, whileSlow } from '../output/progress-line.ts';
import { POLICY_KIND, pathOf } from './kinds.ts';
import { type OperatorClient, operatorOf } from './operator-client.ts';
import type { EventObject, Explanation, ListObject, PolicyObject } from './policy-object.ts';

export interface PastPolicy extends PastAnswer {
  readonly object: PolicyObject;
  readonly explanation: Explanation;
}

export interface Past {
  /** @throws TerminalError when nothing is known of it */
  policy(name: { readonly namespace: string; readonly name: string }, atMs: number): Promise<PastPolicy>;
  policies(
    atMs: number,
  ): Promise<{ readonly list: ListObject<PolicyObject>; readonly notes: readonly string[] }>;
  events(span: {
    readonly fromMs: number;
    readonly toMs: number;
  }): Promise<{ readonly items: readonly EventObject[]; readonly notes: readonly string[] }>;
}

/** @throws TerminalError where --data names no record */
export async function pastOf(options: OptionValues, context: CommandContext): Promise<Past> {
  return options.data === undefined
    ? asked(operatorOf(options, context), context.signal)
    : slowly(read(await recordIn(options.data), options.data, context.signal), context);
}

/** @throws TerminalError where there is none */
export async function recordIn(dir: string): Promise<RecordReader> {
  const reader = readerIn(dir);
  if ((await reader.beginsMs('minutes')) !== undefined) return reader;
  const why = existsSync(dir) ? 'holds no record' : 'does not exist';
  throw new TerminalError(`--data: ${dir} ${why}; an operator with --data DIR writes one there`);
}

/** An operator reads a record of hundreds of policies beside its rounds. */
const WITHIN_MS = 120_000;

function asked(client: OperatorClient, signal: AbortSignal): Past {
  const base = `/apis/${API_VERSION}/past`;
  return {
    policy: async (name, atMs) =>
      (await client.get(
        `${pathOf({ kind: POLICY_KIND, ...name })}/past?at=${whole(atMs)}`,
        signal,
        WITHIN_MS,
      )) as PastPolicy,
    policies: async (atMs) =>
      (await client.get(`${base}?at=${whole(atMs)}`, signal, WITHIN_MS)) as Awaited<
        ReturnType<Past['policies']>
      >,
    events: async ({ fromMs, toMs }) =>
      (await client.get(
        `${base}/events?from=${whole(fromMs)}&to=${whole(toMs)}`,
        signal,
        WITHIN_MS,
      )) as Awaited<ReturnType<Past['events']>>,
  };
}

/** Says that it reads while it takes longer than people expect. */
function slowly(past: Past, { noteRaw: raw, stderrIsTty: isTty }: CommandContext): Past {
  const said = <T>(work: Promise<T>): Promise<T> =>
    whileSlow(new ProgressLine({ raw, isTty }), 'reading the record', work);
  return {
    policy: (name, atMs) => said(past.policy(name, atMs)),
    policies: (atMs) => said(past.policies(atMs)),
    events: (span) => said(past.events(span)),
  };
}

function whole(ms: number): string {
  return String(Math.max(0, Math.round(ms)));
}

function read(reader: RecordReader, dir: string, signal: AbortSignal): Past {
  const notRecorded = async (what: string, atMs: number): Promise<TerminalError> =>
    new TerminalError(`${notRecordedText(what, atMs, await recordBeginsMs(reader))} (${dir})`);
  return {
    policy: async ({ namespace, name }, atMs) => {
      const policy = `${namespace}/${name}`;
      const found = await pastPolicy(reader, { policy, atMs }, signal);
      if (found !== undefined) return throughJson<PastPolicy>(found);
      throw await notRecorded(policy, atMs);
    },
    policies: async (atMs) => {
      const found = await pastPolicies(reader, atMs, signal);
      if (found !== undefined) return throughJson(found);
      throw await notRecorded('any policy', atMs);
    },
    events: async (span) => throughJson(await pastEvents(reader, span, signal)),
  };
}

/** As it would come over the wire. */
function throughJson<T>(value: object): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

function clockText(ms: number): string {
  return timeText(new Date(ms).toISOString());
}

/** The first lines of an answer about the past: of when it is, and what is to be said of it. */
export function whenText({ atMs, detail, notes }: PastAnswer, wantedMs: number): string {
  const behindS = Math.round((wantedMs - atMs) / 1000);
  const late = behindS > 120 ? `, ${behindS} s earlier: nothing was recorded in between` : '';
  const kind = detail === 'minutes' ? ' (one picture a minute is kept)' : '';
  return [`as it was at ${clockText(atMs)}${kind}${late}`, ...notes.map((text) => `note: ${text}`)].join(
    '\n',
  );
}

/** Of a list, whose policies each have a time of their own. */
export function listWhenText(notes: readonly string[], wantedMs: number): string {
  return [`as it was at ${clockText(wantedMs)}`, ...notes.map((text) => `note: ${text}`)].join('\n');
}
