import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ResourceKey } from '../../../src/api/policy.ts';
import { type AppClaim, contest } from '../../../src/controller/policies/app-claims.ts';

interface Drawn {
  readonly apps: readonly string[];
  readonly owned: readonly string[];
  readonly trusted: boolean;
  readonly createdAtMs: number | undefined;
}

function claim(n: number, { apps, owned, trusted, createdAtMs }: Drawn): AppClaim {
  return {
    key: `default/p-${String(n).padStart(2, '0')}` as ResourceKey,
    place: `p-${n}.yaml`,
    trusted,
    apps: new Map(apps.map((app) => [app, app])),
    owns: (app) => owned.includes(app),
    isRunning: false,
    ...(createdAtMs !== undefined && { createdAtMs }),
  };
}

const APPS = ['/a', '/b', '/c', '/d', '/e'];
const drawn: fc.Arbitrary<Drawn> = fc.record({
  apps: fc.uniqueArray(fc.constantFrom(...APPS), { minLength: 1, maxLength: 3 }),
  owned: fc.subarray(APPS),
  trusted: fc.boolean(),
  createdAtMs: fc.option(fc.constantFrom(1, 2, 3), { nil: undefined }),
});

it('gives every app to at most one policy, and refuses nobody who shares none', () => {
  fc.assert(
    fc.property(fc.array(drawn, { maxLength: 8 }), (all) => {
      const claims = all.map((each, n) => claim(n, each));
      const { refused } = contest(claims);
      const admitted = claims.filter(({ key }) => !refused.has(key));
      const had = admitted.flatMap(({ apps }) => [...apps.keys()]);
      expect(new Set(had).size).toBe(had.length);
      for (const { key, apps } of claims) {
        const alone = claims.every(
          (other) => other.key === key || [...apps.keys()].every((app) => !other.apps.has(app)),
        );
        if (alone) expect(refused.has(key)).toBe(false);
      }
    }),
  );
});

it('answers the same in whichever order the claims come', () => {
  fc.assert(
    fc.property(
      fc.array(drawn, { maxLength: 8 }).chain((all) =>
        fc.tuple(
          fc.constant(all.map((each, n) => claim(n, each))),
          fc.shuffledSubarray(
            all.map((_, n) => n),
            { minLength: all.length },
          ),
        ),
      ),
      ([claims, order]) => {
        const shuffled = order.flatMap((n) => claims[n] ?? []);
        const [one, other] = [contest(claims), contest(shuffled)];
        expect(new Set(other.refused.keys())).toEqual(new Set(one.refused.keys()));
      },
    ),
  );
});

it('looks at no policy twice for each other one: a thousand more cost what the first thousand did', () => {
  const looksAt = (count: number): number => {
    let looks = 0;
    const counted = class extends Map<string, string> {
      override has(app: string): boolean {
        looks += 1;
        return super.has(app);
      }
      override keys(): MapIterator<string> {
        looks += 1;
        return super.keys();
      }
    };
    const claims = Array.from({ length: count }, (_, n) => ({
      ...claim(n, { apps: [], owned: [], trusted: false, createdAtMs: 1 }),
      apps: new counted([[`/p-${n}/app`, `/p-${n}/app`]]),
    }));
    expect(contest(claims).refused.size).toBe(0);
    return looks;
  };
  expect(looksAt(2_000)).toBeLessThanOrEqual(2 * looksAt(1_000));
});
