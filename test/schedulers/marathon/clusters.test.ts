import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { MarathonClusters } from '../../../src/schedulers/marathon/clusters.ts';

function idsWith(defaultUrls: readonly string[]): (...urls: string[]) => string {
  const pool = new MarathonClusters({
    clock: new VirtualClock(),
    log: silentLogger,
    values: {
      resolve: () => {
        throw new Error('nothing is resolved to tell Marathons apart');
      },
    },
    own: { urls: defaultUrls },
  });
  return (...urls) => pool.idOf(urls.length === 0 ? undefined : { urls });
}

describe('the Marathon of a spec', () => {
  const own = ['http://m1:8080', 'http://m2:8080/marathon'];

  it.each<readonly string[]>([
    own,
    [...own].reverse(),
    ['http://m1:8080/'],
    ['http://m1:8080/x/..'],
    ['http://m1:8080/%2e'],
    ['HTTP://M1:8080//'],
    ['http://m1:8080\\'],
    ['http://m2:8080//marathon/'],
    ['http://m2:8080/mar%61thon'],
    ['http://elsewhere:8080', 'http://m1:8080'],
  ])("%s: the operator's own", (...urls) => {
    const idOf = idsWith(own);
    expect(idOf(...urls)).toBe(idOf());
  });

  it.each<readonly string[]>([
    ['http://m1:8081'],
    ['https://m1:8080'],
    ['http://m1:8080/marathon'],
    ['http://m2:8080/Marathon'],
    ['http://m2:8080/%ff'],
  ])('%s: another one', (...urls) => {
    const idOf = idsWith(own);
    expect(idOf(...urls)).not.toBe(idOf());
  });

  it('does not depend on the order or the spelling of another one either', () => {
    const idOf = idsWith([]);
    expect(idOf('http://a:80/', 'http://b')).toBe(idOf('http://b:80', 'http://a'));
    expect(idOf('http://a')).not.toBe(idOf('http://b'));
  });
});
