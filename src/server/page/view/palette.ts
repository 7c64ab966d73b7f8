// server: one hue a priority, the same everywhere on the page; apps of one priority differ in shade.

import type { AppView } from '../../../controller/status/view.ts';

/** The page's style sheet has this many hues (Okabe and Ito, 2008) … */
export const HUES = 7;
/** … and this many shades of each. */
export const SHADES = 3;

export interface Colour {
  /** 1-based index of the hue; 0 is the neutral one of apps that are left to people. */
  readonly hue: number;
  readonly shade: number;
}

/** A colour for every app, by id: hue by rank among all priorities, shade by order of id within a priority. */
export function colours(apps: readonly AppView[]): ReadonlyMap<string, Colour> {
  const ids = Map.groupBy(
    apps.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    (app) => (app.role === 'fixed' ? 0 : (app.priority ?? Number.MAX_SAFE_INTEGER)),
  );
  const priorities = [...ids.keys()].filter((priority) => priority > 0).sort((a, b) => a - b);
  return new Map(
    [...ids].flatMap(([priority, group]) => {
      const hue = priority === 0 ? 0 : (priorities.indexOf(priority) % HUES) + 1;
      return group.map((app, i) => [app.id, { hue, shade: i % SHADES }] as const);
    }),
  );
}
