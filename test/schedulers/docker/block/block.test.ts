import { dump } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/api/schema/json-schema.ts';
import type { TrustRules } from '../../../../src/api/trust/rules.ts';
import { createTrustCheck } from '../../../../src/api/trust/trust.ts';
import { resourceFormWith } from '../../../../src/app/policies/schema.ts';
import { METRIC_SOURCES } from '../../../../src/metric-sources/registry.ts';
import { dockerBlock } from '../../../../src/schedulers/docker/block/index.ts';
import { NOTHING_ALLOWED } from '../../../support/values.ts';

const form = resourceFormWith(METRIC_SOURCES, [{ type: 'docker', ...dockerBlock }]);

function load(docker: JsonObject) {
  const policy = {
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name: 'shop' },
    spec: { capacity: { slots: 6 }, apps: [{ name: 'batch', priority: 1, remainder: {}, docker }] },
  };
  return form.loadPolicies(dump(policy), 'f');
}

const image = 'shop/batch:1';
const container = (more: JsonObject = {}): JsonObject => ({ container: { image, ...more } });

describe('a docker block', () => {
  it.each([
    ['nothing but an image', container()],
    ['an engine of its own', { ...container(), host: 'unix:///run/other.sock' }],
    [
      'an engine behind a port',
      { ...container(), host: 'tcp://b7', tls: { cert: { fromEnv: 'A' }, key: { fromEnv: 'B' } } },
    ],
    ['a folder', container({ mounts: [{ type: 'Bind', source: '/srv', target: '/srv' }] })],
    ['a signal by its number', container({ stopSignal: '9' })],
  ])('may have %s', (_, block) => {
    expect(load(block).problems).toEqual([]);
  });

  it.each([
    ['no container', {}, 'container'],
    ['no image', { container: {} }, 'image'],
    ['an image that would be an option', container({ image: '--rm' }), 'image'],
    ['a field that is none', container({ restart: 'always' }), 'restart'],
    ['too few cpus', container({ cpus: 0 }), 'cpus must be at least 0.01'],
    ['an address that is none', { ...container(), host: 'build7' }, 'host is not an address such as'],
    [
      'a secret in its address',
      { ...container(), host: 'tcp://a:s3cr3t@b7:2376' },
      'host holds credentials: remove them',
    ],
    [
      'a certificate without its key',
      { ...container(), host: 'tcp://b7', tls: { cert: { fromEnv: 'A' } } },
      'has one of cert and key',
    ],
    ['tls on a socket', { ...container(), host: 'unix:///a', tls: {} }, 'speaks no TLS'],
    ['a bind of nothing', container({ mounts: [{ type: 'Bind', target: '/a' }] }), 'an absolute path'],
    [
      'a source of memory',
      container({ mounts: [{ type: 'Tmpfs', source: 'a', target: '/a' }] }),
      'has no source',
    ],
    ['a size of a volume', container({ mounts: [{ target: '/a', sizeMb: 1 }] }), 'is for a Tmpfs only'],
    [
      "another port of the machine's own network",
      container({ network: 'host', ports: [{ containerPort: 80, hostPort: 81 }] }),
      "is not published on the machine's own network",
    ],
    ['a label of ours', container({ labels: { 'microscaling.io/app': 'x' } }), "is the operator's own"],
    ['a variable without a name', container({ env: { 'A=B': '1' } }), 'is no name of a variable'],
  ])('may not have %s', (_, block, message) => {
    const messages = load(block).problems.map((problem) => `${problem.pointer} ${problem.message}`);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain(message);
    expect(messages[0]).not.toContain('s3cr3t');
  });
});

describe('a docker block of an author who is not trusted', () => {
  const judge = (block: JsonObject, more: Partial<TrustRules> = { docker: true }): readonly string[] => {
    const [loaded] = load(block).resources;
    if (loaded === undefined) throw new Error(`it is not valid: ${load(block).problems[0]?.message}`);
    const check = createTrustCheck({ ...NOTHING_ALLOWED, ...more }, METRIC_SOURCES, form.schedulerBlocks);
    return check(loaded.resource).map(({ message }) => message);
  };

  it('needs --allow-docker, since an engine is root on its machine', () => {
    expect(judge(container(), {})).toEqual([
      'spec.apps[0].docker: this policy may not have containers run by a Docker engine: start the operator with --allow-docker',
    ]);
    expect(judge(container())).toEqual([]);
  });

  it.each([
    ['privileged', { privileged: true }],
    ['capabilities', { capAdd: ['SYS_ADMIN'] }],
    ['root', { user: 'root' }],
    ['root by number', { user: '0:0' }],
    ["the machine's network", { network: 'host' }],
    ["another container's network", { network: 'container:db' }],
    ["the machine's folders", { mounts: [{ type: 'Bind', source: '/etc', target: '/x' }] }],
  ])('may not have %s unless that is allowed', (_, more) => {
    expect(judge(container(more))).toEqual([expect.stringContaining('--allow-privileged')]);
    expect(judge(container(more), { docker: true, privileged: true })).toEqual([]);
  });

  it.each([
    ['a volume of the engine', { mounts: [{ source: 'a', target: '/a' }] }],
    ['memory', { mounts: [{ type: 'Tmpfs', target: '/a' }] }],
    ['a user', { user: '1000' }],
    ['fewer capabilities', { capDrop: ['ALL'] }],
  ])('may have %s', (_, more) => {
    expect(judge(container(more))).toEqual([]);
  });

  it("may use the operator's own engine, and another only where that is allowed", () => {
    const at = (host: string): JsonObject => ({ ...container(), host });
    expect(judge(at('unix:///var/run/docker.sock'))).toEqual([]);
    expect(judge(at('unix:///run/other.sock'))).toEqual([
      "spec.apps[0].docker.host: this policy may not use the engine unix:///run/other.sock: start the operator with --allow-endpoint 'unix:///run/other.sock'",
    ]);
    const allowed = { docker: true, endpoints: ['unix:///run/other.sock'] };
    expect(judge(at('unix:////run//other.sock'), allowed)).toEqual([]);
    const own = { marathonOrigins: [], variable: () => 'tcp://b7:2375' };
    expect(judge(at('tcp://b7:2375'), { docker: true, own })).toEqual([]);
    expect(judge(at('unix:///var/run/docker.sock'), { docker: true, own })).toHaveLength(1);
    const unnamed = { marathonOrigins: [], variable: () => ' ' };
    expect(judge(at('unix:///var/run/docker.sock'), { docker: true, own: unnamed })).toEqual([]);
  });

  it('may not read secrets that are not allowed', () => {
    const envFrom = [{ name: 'KEY', from: { fromEnv: 'AWS_SECRET' } }];
    expect(judge({ ...container(), envFrom })).toEqual([
      expect.stringContaining("--allow-secret-env 'AWS_SECRET'"),
    ]);
    expect(judge({ ...container(), envFrom }, { docker: true, secretEnv: ['AWS_*'] })).toEqual([]);
  });
});

describe('what a docker block means', () => {
  const meant = (block: JsonObject, namespace = 'default') =>
    dockerBlock.workload(block, { metadata: { name: 'shop', namespace }, app: 'batch' });

  it('is a workload of the policy on an engine', () => {
    const envFrom = [{ name: 'A', from: { fromEnv: 'A' }, optional: false }];
    expect(meant({ ...container(), host: 'tcp://b7', envFrom })).toEqual({
      cluster: { host: 'tcp://b7' },
      name: 'shop/batch',
      title: 'container shop/batch on tcp://b7',
      definition: { image },
      envFrom,
    });
  });

  it("is on the operator's own engine where it names none, and has its namespace in its name", () => {
    const { cluster, name, title } = meant(container(), 'team');
    expect([cluster, name, title]).toEqual([undefined, 'team/shop/batch', 'container team/shop/batch']);
  });
});
