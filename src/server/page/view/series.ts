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

/** Every number of a view that is worth a line in a chart; what is not known has no entry. */
export function seriesOf(view: Pick<OperatorView, 'pools'>): Readonly<Record<string, number>> {
  const series: Record<string, number> = {};
  for (const { name, capacity, policies } of view.pools) {
    series[capacityKey(name)] = capacity.total;
    for (const { apps } of policies) for (const app of apps) addSeries(series, app);
  }
  return series;
}

function addSeries(series: Record<string, number>, app: AppView): void {
  const { id, exists, running, metrics, counters } = app;
  if (exists) series[runningKey(id)] = running;
  metrics.forEach(({ state, value, valueMargin, target }, i) => {
    if (state === 'ok' && value !== undefined) series[valueKey(id, i)] = value;
    if (state === 'ok' && valueMargin !== undefined) series[marginKey(id, i)] = valueMargin;
    if (target !== undefined) series[targetKey(id, i)] = target;
  });
  for (const [name, n] of Object.entries(counters)) series[counterKey(id, name)] = n;
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
