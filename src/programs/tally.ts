// programs: counts what was done, for people (a line every 10 s) and for StatsD where somebody listens.

import { createStatsd, type StatsdEmitter, silentStatsd } from '../runtime/network/statsd.ts';
import type { ProgramContext } from './program.ts';
import { numberSetting } from './settings.ts';

const REPORT_EVERY_MS = 10_000;

export class Tally {
  readonly #context: ProgramContext;
  readonly #name: string;
  readonly #noun: string;
  readonly #statsd: StatsdEmitter;
  #total = 0;
  #reportedTotal = 0;
  #reportedAtMs: number;

  /**
   * @param counter its StatsD name, `consumed`
   * @param noun what is counted, for people: `messages consumed`
   */
  constructor(context: ProgramContext, { counter, noun }: { counter: string; noun: string }) {
    this.#context = context;
    this.#name = counter;
    this.#noun = noun;
    this.#statsd = statsdFor(context);
    this.#reportedAtMs = context.clock.monotonic();
  }

  add(count: number): void {
    if (count === 0) return;
    this.#total += count;
    this.#statsd.count(this.#name, count);
  }

  /** Counts something beside what this is about: for StatsD alone. */
  also(counter: string, count: number): void {
    this.#statsd.count(counter, count);
  }

  /** Prints a line when the last one is 10 s ago. */
  report(): void {
    const nowMs = this.#context.clock.monotonic();
    const elapsedMs = nowMs - this.#reportedAtMs;
    if (elapsedMs < REPORT_EVERY_MS) return;
    const perSecond = ((this.#total - this.#reportedTotal) * 1000) / elapsedMs;
    this.#context.print(`${this.#total} ${this.#noun}, ${perSecond.toFixed(1)}/s`);
    this.#reportedTotal = this.#total;
    this.#reportedAtMs = nowMs;
  }

  /** Prints the sum and sends what was not sent yet. */
  async close(): Promise<void> {
    this.#context.print(`stopped: ${this.#total} ${this.#noun}`);
    await this.#statsd.close();
  }
}

/** DC/OS gives tasks STATSD_UDP_HOST and STATSD_UDP_PORT; Marathon gives them MARATHON_APP_ID, a policy MICROSCALING_APP. */
function statsdFor({ env, clock }: ProgramContext): StatsdEmitter {
  const host = env['STATSD_UDP_HOST']?.trim();
  if (!host || !env['STATSD_UDP_PORT']?.trim()) return silentStatsd;
  const port = numberSetting(env, {
    name: 'STATSD_UDP_PORT',
    default: 8125,
    min: 1,
    max: 65535,
    integer: true,
  });
  const app = env['MICROSCALING_APP'] || env['MARATHON_APP_ID'] || '/unknown';
  return createStatsd({ host, port, app }, clock);
}
