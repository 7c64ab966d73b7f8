// metric-sources: what a queue in Redis is made of, and how it is asked for.

import type { MetricSample } from '../../../core/observation.ts';
import { countFrom } from '../../connection/numbers.ts';
import type { Command, Reply } from './resp.ts';

/** Sends commands together and waits for their replies, none of which is an error. */
export type Ask = (commands: readonly Command[]) => Promise<readonly Reply[]>;

export interface Clocks {
  /** The operator's own, monotonic. */
  readonly nowMs: () => number;
  /** Since the epoch. */
  readonly wallMs: () => number;
}

/** One kind of queue. Names are resolved; throws TransientError with the end of a sentence. */
export interface Structure {
  /** For people: `list orders`. */
  readonly what: string;
  read(ask: Ask, clocks: Clocks): Promise<Omit<MetricSample, 'state' | 'heldPerInstance'>>;
}

export function countIn(replies: readonly Reply[], index: number, command: Command): number {
  return countFrom(replies[index], `the answer to ${command[0]}`);
}

/** The counts that commands answer with, in their order. */
export async function counts(ask: Ask, commands: readonly Command[]): Promise<readonly number[]> {
  const replies = await ask(commands);
  return commands.map((command, i) => countIn(replies, i, command));
}
