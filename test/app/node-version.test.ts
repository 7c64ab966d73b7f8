import { expect, it } from 'vitest';
import { whyNotThisNode } from '../../src/app/node-version.ts';

it.each([
  { needs: '>=22.22.0', has: 'v20.20.2', fine: false },
  { needs: '>=22.22.0', has: 'v22.21.9', fine: false },
  { needs: '>=22.22.1', has: 'v22.22.0', fine: false },
  { needs: '>=22.22.0', has: 'v22.22.0', fine: true },
  { needs: '>=22.22.0', has: 'v24.0.0', fine: true },
  { needs: '>=22.22.9', has: 'v23.1.0', fine: true },
  { needs: undefined, has: 'v1.0.0', fine: true },
  { needs: '>=20', has: 'v1.0.0', fine: true },
])('a package that needs $needs is run by $has: $fine', ({ needs, has, fine }) => {
  const why = whyNotThisNode(needs, has);
  expect(why === undefined).toBe(fine);
  if (!fine)
    expect(why).toMatch(/^this package needs Node 22\.22\.\d or later, and v2\d\.\d+\.\d+ runs it; /);
});
