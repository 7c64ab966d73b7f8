// server: the names of the charts' series, and what one view contributes to them.

import type { AppView, OperatorView } from '../../../controller/status/view.ts';

export const runningKey = (app: string): string => namesOf(app).running;
export const valueKey = (app: string, metric: number): string =>
  keyOf(namesOf(app).values, metric, 'value', app);
export const marginKey = (app: string, metric: number): string =>
  keyOf(namesOf(app).margins, metric, 'margin', app);
export const targetKey = (app: string, metric: number): string =>
  keyOf(namesOf(app).targets, metric, 'target', app);
export const counterKey = (app: string, counter: string): string => `counter ${app} ${counter}`;
export const capacityKey = (pool: string): string => `capacity ${pool}`;

interface Names {
  readonly running: string;
  readonly values: string[];
  readonly margins: string[];
  readonly targets: string[];
}

/** Thousands of apps are filed each second, by the same names again and again. */
const known = new Map<string, Names>();
const MOST_KNOWN = 20_000;

function namesOf(app: string): Names {
  const names = known.get(app);
  if (names !== undefined) return names;
  if (known.size >= MOST_KNOWN) known.clear();
  const made: Names = { running: `running ${app}`, values: [], margins: [], targets: [] };
  known.set(app, made);
  return made;
}

function keyOf(names: string[], metric: number, what: string, app: string): string {
  const name = names[metric] ?? `${what} ${app} ${metric}`;
  names[metric] = name;
  return name;
}

type View = Pick<OperatorView, 'pools'>;

/** Every number of a view that is worth a line in a chart; what is not known has no entry. */
export function seriesOf(view: View): Readonly<Record<string, number>> {
  const series: Record<string, number> = {};
  eachSeries(view, (name, value) => {
    series[name] = value;
  });
  return series;
}

/** The same, one by one: of thousands nobody needs a table each second. */
export function eachSeries(view: View, say: (series: string, value: number) => void): void {
  for (const { name, capacity, policies } of view.pools) {
    say(capacityKey(name), capacity.total);
    for (const { apps } of policies) for (const app of apps) eachOf(app, say);
  }
}

function eachOf(app: AppView, say: (series: string, value: number) => void): void {
  const { id, exists, running, metrics, counters } = app;
  if (exists) say(runningKey(id), running);
  metrics.forEach(({ state, value, valueMargin, target }, i) => {
    if (state === 'ok' && value !== undefined) say(valueKey(id, i), value);
    if (state === 'ok' && valueMargin !== undefined) say(marginKey(id, i), valueMargin);
    if (target !== undefined) say(targetKey(id, i), target);
  });
  for (const [name, n] of Object.entries(counters)) say(counterKey(id, name), n);
}

/** Whether a series is about a pool, and about `apps` in it. */
export function seriesAbout(pool: string, apps: readonly AppView[]): (series: string) => boolean {
  const names = new Set([
    capacityKey(pool),
    ...apps.flatMap((app) => [
      runningKey(app.id),
      ...app.metrics.flatMap((_, i) => [valueKey(app.id, i), marginKey(app.id, i), targetKey(app.id, i)]),
      ...Object.keys(app.counters).map((name) => counterKey(app.id, name)),
    ]),
  ]);
  return (series) => names.has(series);
}
