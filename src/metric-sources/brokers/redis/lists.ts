// metric-sources: queues in Redis whose length is a number that it keeps: lists, BullMQ, Celery.

import { TransientError } from '../../../runtime/errors.ts';
import type { Command } from './resp.ts';
import { counts, type Structure } from './structure.ts';

export interface ListKeys {
  readonly name: string;
  readonly processingList?: string;
  readonly markerKey?: string;
}

/** Consumers first: what moves between the two looks is counted twice rather than not at all. */
export function list({ name, processingList, markerKey }: ListKeys): Structure {
  const marker: readonly Command[] = markerKey === undefined ? [] : [['EXISTS', markerKey]];
  const processing: readonly Command[] = processingList === undefined ? [] : [['LLEN', processingList]];
  return {
    what: `list ${name}`,
    async read(ask, { nowMs }) {
      const [waiting = 0, ...rest] = (
        await counts(ask, [...marker, ...processing, ['LLEN', name]])
      ).toReversed();
      if (markerKey !== undefined && rest.at(-1) === 0)
        throw new TransientError(
          `the key ${markerKey} is not there, so the list's length says nothing; check endpoint and database`,
        );
      const [inFlight] = rest;
      return { asOfMs: nowMs(), waiting, ...(processingList !== undefined && { inFlight: inFlight ?? 0 }) };
    },
  };
}

/** BullMQ keeps the time in a delayed job's score beside twelve bits that order the jobs of one millisecond. */
const SCORE_PER_MS = 0x1000;

/**
 * Delayed jobs that are due wait for a worker to promote them: with no worker nobody does. In a paused queue nothing
 * waits for workers.
 */
export function bullmq({ queue, prefix }: { readonly queue: string; readonly prefix: string }): Structure {
  const key = (name: string): string => `${prefix}:${queue}:${name}`;
  return {
    what: `BullMQ queue ${queue}`,
    async read(ask, { nowMs, wallMs }) {
      const [exists, paused, active = 0, ...waiting] = await counts(ask, [
        ['EXISTS', key('meta')],
        ['HEXISTS', key('meta'), 'paused'],
        ['LLEN', key('active')],
        ['LLEN', key('wait')],
        ['ZCARD', key('prioritized')],
        ['ZCOUNT', key('delayed'), '-inf', String((wallMs() + 1) * SCORE_PER_MS - 1)],
      ]);
      const sum = total(waiting);
      if (exists === 0 && active + sum === 0)
        throw new TransientError('there is no such queue; check queue, prefix and database');
      return { asOfMs: nowMs(), waiting: paused === 1 ? 0 : sum, inFlight: active };
    },
  };
}

export interface CeleryKeys {
  readonly queue: string;
  readonly exchange: string;
  readonly unackedKey: string;
  readonly prefix: string;
}

/** Celery has a list for each of these priorities, and the plain one for the highest. */
const PRIORITIES = ['', '\x06\x163', '\x06\x166', '\x06\x169'];

export function celery({ queue, exchange, unackedKey, prefix }: CeleryKeys): Structure {
  return {
    what: `Celery queue ${queue}`,
    async read(ask, { nowMs }) {
      const [bound, inFlight = 0, ...waiting] = await counts(ask, [
        ['EXISTS', `${prefix}_kombu.binding.${exchange}`],
        ['HLEN', `${prefix}${unackedKey}`],
        ...PRIORITIES.map((priority) => ['LLEN', `${prefix}${queue}${priority}`] as const),
      ]);
      const sum = total(waiting);
      if (bound === 0 && sum === 0)
        throw new TransientError(
          'no Celery has declared such a queue here; check queue, exchange, prefix and database',
        );
      return { asOfMs: nowMs(), waiting: sum, inFlight };
    },
  };
}

function total(parts: readonly number[]): number {
  return parts.reduce((sum, part) => sum + part, 0);
}
