import { describe, expect, it, onTestFinished } from 'vitest';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { DockerClusters } from '../../../src/schedulers/docker/clusters.ts';
import type { EngineSpec } from '../../../src/schedulers/docker-engine/spec.ts';
import { fakeValues } from '../../support/values.ts';

function clustersIn(env: Record<string, string> = {}): DockerClusters {
  const deps = { clock: new VirtualClock(), log: silentLogger, values: fakeValues({ CA: 'pem' }) };
  const clusters = new DockerClusters({ ...deps, own: { urls: [] }, env });
  onTestFinished(() => clusters.close());
  return clusters;
}

const at = (host: string): EngineSpec => ({ host });

describe('engines', () => {
  it("are the socket of this machine where nobody names one, or the operator's DOCKER_HOST", () => {
    expect(clustersIn().idOf(undefined)).toBe('unix:///var/run/docker.sock');
    expect(clustersIn({ DOCKER_HOST: 'tcp://b7:2375' }).idOf(undefined)).toBe('tcp://b7:2375');
  });

  it('are one however they are spelled', () => {
    const clusters = clustersIn();
    expect(clusters.idOf(at('unix:////var//run/docker.sock'))).toBe(clusters.idOf(undefined));
    expect(clusters.idOf(at('tcp://B7:2375'))).toBe(clusters.idOf(at('tcp://b7')));
    expect(clusters.identityOf(undefined, 'shop/batch')).toEqual({
      scheduler: 'Docker',
      cluster: 'unix:///var/run/docker.sock',
      name: 'shop/batch',
    });
  });

  it('have one client each, made from what is named first', () => {
    const clusters = clustersIn();
    expect(clusters.of(at('unix:///a'))).toBe(clusters.of(at('unix:///a')));
    expect(clusters.of(at('unix:///a'))).not.toBe(clusters.of(at('unix:///b')));
    expect(clusters.info()).toEqual({
      url: 'unix:///a, unix:///b',
      stats: { writes: 0, conflicts: 0, reads: 0 },
    });
    expect(clusters.clusterInfo(at('unix:///a'))).toEqual({ urls: ['unix:///a'], url: 'unix:///a' });
  });

  it('are refused by what is wrong with them, in their own names', () => {
    const clusters = clustersIn();
    expect(() => clusters.of(at('nonsense'))).toThrow('docker.host is not an address');
    expect(() => clusters.of({ host: 'tcp://b7', tls: { ca: { fromEnv: 'NONE' } } } as EngineSpec)).toThrow(
      'NONE',
    );
    expect(clusters.clusterInfo(at('nonsense')).url).toBe('nonsense');
  });
});
