// server: what stands on the tiles of an app: letters while there are few apps, then a shape and a number.

import type { AppView } from '../../../controller/status/view.ts';
import type { Colour } from '../view/palette.ts';

/** So many apps of a pool are told apart by letters. */
export const LETTERED = 30;
const MAX_LETTERS = 3;
/** One for each hue, the neutral one first: who sees no colours sees shapes. */
const SHAPES = ['○', '●', '■', '▲', '◆', '▼', '★', '✚'] as const;

/** A label for every app, by id; no two are the same. */
export function tileLabels(
  apps: readonly Pick<AppView, 'id' | 'name'>[],
  colours: ReadonlyMap<string, Colour>,
): ReadonlyMap<string, string> {
  if (apps.length <= LETTERED) return letters(apps);
  return new Map(
    apps.map(({ id }, i) => [id, `${SHAPES[colours.get(id)?.hue ?? 0] ?? SHAPES[0]}${i + 1}`] as const),
  );
}

/** The fewest first letters that tell the apps apart; where names do not, one letter and a number. */
function letters(apps: readonly Pick<AppView, 'id' | 'name'>[]): ReadonlyMap<string, string> {
  for (let length = 1; length <= MAX_LETTERS; length++) {
    const labels = apps.map(
      ({ id, name }) => [id, capitalised([...name].slice(0, length).join(''))] as const,
    );
    if (new Set(labels.map(([, label]) => label)).size === apps.length) return new Map(labels);
  }
  return new Map(
    apps.map(({ id, name }, i) => [id, `${capitalised([...name].slice(0, 1).join(''))}${i + 1}`]),
  );
}

function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
