import { describe, expect, it } from 'vitest';
import type { AppView } from '../../../../src/controller/status/view.ts';
import { colours, HUES, SHADES } from '../../../../src/server/page/view/palette.ts';
import { queueDemoView } from '../../../support/queue-demo.ts';

const [template] = (await queueDemoView({ startMs: 0 })).pools[0]!.policies[0]!.apps;

/** `a1` is app /a of priority 1; `p` has none and is left to people. */
function apps(text: string): readonly AppView[] {
  return text.split(' ').map((word) => {
    const priority = Number(word.slice(1));
    const role = word.length === 1 ? ('fixed' as const) : ('scaled' as const);
    return { ...template!, id: `/${word.charAt(0)}`, role, priority };
  });
}

function shown(text: string): string {
  return [...colours(apps(text))]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, { hue, shade }]) => `${id.slice(1)}${hue}.${shade}`)
    .join(' ');
}

describe('colours', () => {
  it.each([
    { name: 'gives each priority a hue', apps: 'a1 b2 c3', want: 'a1.0 b2.0 c3.0' },
    { name: 'goes by rank, not by number', apps: 'a10 b500', want: 'a1.0 b2.0' },
    { name: 'tells apps of one priority by shade', apps: 'a1 b1 c2', want: 'a1.0 b1.1 c2.0' },
    { name: 'is the same in any order', apps: 'c2 b1 a1', want: 'a1.0 b1.1 c2.0' },
    { name: 'keeps the neutral hue for apps left to people', apps: 'a1 p', want: 'a1.0 p0.0' },
    {
      name: 'begins again when hues run out',
      apps: 'a1 b2 c3 d4 e5 f6 g7 h8',
      want: 'a1.0 b2.0 c3.0 d4.0 e5.0 f6.0 g7.0 h1.0',
    },
    { name: 'begins again when shades run out', apps: 'a1 b1 c1 d1', want: 'a1.0 b1.1 c1.2 d1.0' },
  ])('$name', ({ apps: text, want }) => {
    expect(shown(text)).toBe(want);
  });

  it('has the numbers of hues and shades that the tables above assume', () => {
    expect([HUES, SHADES]).toEqual([7, 3]);
  });
});
