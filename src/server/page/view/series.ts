// server: the names of the charts' series, and what one view contributes to them.

import type { AppView, OperatorView } from '../../../controller/status/view.ts';

export const runningKey = (app: string): string => `running ${app}`;
export const valueKey = (app: string, metric: number): string => `value ${app} ${metric}`;
export const targetKey = (app: string, metric: number): string => `target ${app} ${metric}`;
export const counterKey = (app: string, counter: string): string => `counter ${app} ${counter}`;
export const capacityKey = (pool: string): string => `capacity ${pool}`;

/** Every number of a view that is worth a line in a chart; what is not known has no entry. */
export function seriesOf(view: Pick<OperatorView, 'pools'>): Readonly<Record<string, number>> {
  const pools = view.pools.map((pool) => [capacityKey(pool.name), pool.capacity.total] as const);
  const apps = view.pools.flatMap((pool) => pool.policies).flatMap((policy) => policy.apps);
  return Object.fromEntries([...pools, ...apps.flatMap(appSeries)]);
}

function appSeries(app: AppView): readonly (readonly [string, number])[] {
  const metrics = app.metrics.flatMap(({ state, value, target }, i) => [
    ...(state === 'ok' && value !== undefined ? [[valueKey(app.id, i), value] as const] : []),
    ...(target !== undefined ? [[targetKey(app.id, i), target] as const] : []),
  ]);
  const counters = Object.entries(app.counters).map(([name, n]) => [counterKey(app.id, name), n] as const);
  return [...(app.exists ? [[runningKey(app.id), app.running] as const] : []), ...metrics, ...counters];
}

/** Whether a series is about a pool, and about `apps` in it. */
export function seriesAbout(pool: string, apps: readonly AppView[]): (series: string) => boolean {
  const names = new Set([
    capacityKey(pool),
    ...apps.flatMap((app) => [
      runningKey(app.id),
      ...app.metrics.flatMap((_, i) => [valueKey(app.id, i), targetKey(app.id, i)]),
      ...Object.keys(app.counters).map((name) => counterKey(app.id, name)),
    ]),
  ]);
  return (series) => names.has(series);
}
