// cli: one line about what is going on: rewritten in place on a terminal, every few seconds elsewhere.

import { rounded, valueText } from '../../api/words/figures.ts';
import type { AppView, OperatorView } from '../../controller/status/view.ts';
import { rewritten } from './rewritten.ts';

const PLAIN_EVERY_MS = 5_000;
const TTY_EVERY_MS = 250;

/** What the line is made of. */
type Looked = Pick<OperatorView, 'atMs' | 'pools'>;

export interface LineOutput {
  /** Prints a whole line. */
  line(text: string): void;
  /** Writes as it is. */
  raw(text: string): void;
  readonly isTty: boolean;
}

export class LiveLine {
  readonly #output: LineOutput;
  #lastAtMs = Number.NEGATIVE_INFINITY;
  #shown = false;

  constructor(output: LineOutput) {
    this.#output = output;
  }

  show(view: Looked, policy: string): void {
    const everyMs = this.#output.isTty ? TTY_EVERY_MS : PLAIN_EVERY_MS;
    if (view.atMs - this.#lastAtMs < everyMs) return;
    this.#lastAtMs = view.atMs;
    const text = summaryLine(view, policy);
    if (!this.#output.isTty) {
      this.#output.line(text);
      return;
    }
    this.#output.raw(rewritten(text));
    this.#shown = true;
  }

  end(): void {
    if (this.#shown) this.#output.raw('\n');
    this.#shown = false;
  }
}

/** `queue demo-queue: 34/50 · consumer 4 · remainder 6 · producer 3 · work 1204` */
export function summaryLine(view: Looked, policy: string): string {
  const apps = view.pools.flatMap((p) => p.policies.filter((q) => q.name === policy).flatMap((q) => q.apps));
  const work = apps.reduce((total, app) => total + (app.counters['work'] ?? 0), 0);
  const parts = [...apps.flatMap(metricPart), ...apps.map(countPart), ...(work > 0 ? [`work ${work}`] : [])];
  return parts.join(' · ');
}

function metricPart(app: AppView): string[] {
  const metric = app.metrics[0];
  if (metric === undefined) return [];
  const target = metric.target === undefined ? '' : `/${rounded(metric.target)}`;
  return [`${metric.label}: ${valueText(metric, 'unknown')}${target}`];
}

function countPart(app: AppView): string {
  const arrow = app.requested === app.running ? '' : `→${app.requested}`;
  return `${app.name} ${app.running}${arrow}`;
}
