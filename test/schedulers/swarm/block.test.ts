import { dump } from 'js-yaml';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { JsonObject } from '../../../src/api/schema/json-schema.ts';
import type { TrustRules } from '../../../src/api/trust/rules.ts';
import { createTrustCheck } from '../../../src/api/trust/trust.ts';
import { resourceFormWith } from '../../../src/app/policies/schema.ts';
import { METRIC_SOURCES } from '../../../src/metric-sources/registry.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import type { EngineSpec } from '../../../src/schedulers/docker-engine/spec.ts';
import { SWARM_BLOCK } from '../../../src/schedulers/swarm/block.ts';
import { SwarmClusters } from '../../../src/schedulers/swarm/clusters.ts';
import { fakeValues, NOTHING_ALLOWED } from '../../support/values.ts';

const form = resourceFormWith(METRIC_SOURCES, [{ type: 'swarm', ...SWARM_BLOCK }]);

function load(swarm: JsonObject) {
  const policy = {
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name: 'shop' },
    spec: { capacity: { slots: 6 }, apps: [{ name: 'mailer', priority: 1, remainder: {}, swarm }] },
  };
  return form.loadPolicies(dump(policy), 'f');
}

describe('a swarm block', () => {
  it.each([
    ['a service', { service: 'mailer' }],
    ['one of a stack', { service: 'shop_mailer-2' }],
    [
      'a manager behind a port',
      { service: 'm', host: 'tcp://b7', tls: { cert: { fromEnv: 'A' }, key: { fromEnv: 'B' } } },
    ],
  ])('may name %s', (_, block) => {
    expect(load(block).problems).toEqual([]);
  });

  it.each([
    ['no service', {}, 'service'],
    ['a name that none has', { service: 'a/b' }, 'service'],
    ['a count of its own', { service: 'm', replicas: 3 }, 'replicas'],
    ['an address that is none', { service: 'm', host: 'b7' }, 'host is not an address such as'],
    [
      'a secret in its address',
      { service: 'm', host: 'tcp://a:s3cr3t@b7' },
      'holds credentials: remove them',
    ],
    [
      'a certificate without its key',
      { service: 'm', host: 'tcp://b7', tls: { cert: { fromEnv: 'A' } } },
      'has one of cert and key',
    ],
  ])('may not have %s', (_, block, message) => {
    const messages = load(block).problems.map((problem) => `${problem.pointer} ${problem.message}`);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain(message);
    expect(messages[0]).not.toContain('s3cr3t');
  });

  it('means a service, and is told apart by its manager', () => {
    const meant = (block: JsonObject) =>
      SWARM_BLOCK.workload(block, { metadata: { name: 'shop', namespace: 'default' }, app: 'batch' });
    expect(meant({ service: 'mailer' })).toEqual({ name: 'mailer', title: 'Service mailer' });
    expect(meant({ service: 'mailer', host: 'tcp://b7' })).toEqual({
      cluster: { host: 'tcp://b7' },
      name: 'mailer',
      title: 'Service mailer on tcp://b7',
    });
  });
});

describe('a swarm block of an author who is not trusted', () => {
  const judge = (block: JsonObject, more: Partial<TrustRules> = {}): readonly string[] => {
    const [loaded] = load(block).resources;
    if (loaded === undefined) throw new Error(`it is not valid: ${load(block).problems[0]?.message}`);
    const check = createTrustCheck({ ...NOTHING_ALLOWED, ...more }, METRIC_SOURCES, form.schedulerBlocks);
    return check(loaded.resource).map(({ message }) => message);
  };

  it('needs --allow-docker: a count runs containers, or stops what others need', () => {
    expect(judge({ service: 'mailer' })).toEqual([
      'spec.apps[0].swarm: this policy may not scale services of a Docker Swarm: start the operator with --allow-docker',
    ]);
    expect(judge({ service: 'mailer' }, { docker: true })).toEqual([]);
  });

  it("may use the operator's own manager, and another only where that is allowed", () => {
    const block = { service: 'mailer', host: 'tcp://b7:2376' };
    expect(judge(block, { docker: true })).toEqual([
      expect.stringContaining("--allow-endpoint 'tcp://b7:2376'"),
    ]);
    expect(judge(block, { docker: true, endpoints: ['tcp://b7:2376'] })).toEqual([]);
    const own = { marathonOrigins: [], variable: () => 'tcp://b7:2376' };
    expect(judge(block, { docker: true, own })).toEqual([]);
  });
});

describe('swarms', () => {
  const at = (host: string): EngineSpec => ({ host });
  const clusters = () => {
    const deps = { clock: new VirtualClock(), log: silentLogger, values: fakeValues({}) };
    const made = new SwarmClusters({ ...deps, own: { urls: [] } });
    onTestFinished(() => made.close());
    return made;
  };

  it('are one however their manager is spelled, and never mistaken for its engine', () => {
    const all = clusters();
    expect(all.idOf(at('tcp://B7:2375'))).toBe(all.idOf(at('tcp://b7')));
    expect(all.identityOf(undefined, 'mailer')).toEqual({
      scheduler: 'Swarm',
      cluster: 'unix:///var/run/docker.sock',
      name: 'mailer',
    });
    expect(all.of(undefined)).toBe(all.of(undefined));
  });

  it('say what is wrong with an address by the field of the block', () => {
    expect(() => clusters().of(at('nonsense'))).toThrow('swarm.host is not an address');
  });
});
