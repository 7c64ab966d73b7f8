// `run --kubernetes` as a real process against an API server, with kubectl in a person's hands: policies from a cluster,
// status in it, deletion in two steps, and two operators of which one acts.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KubeServer, startKubeServer } from '../../support/kubernetes/kube-server.ts';
import { homeOf, Kubectl, kubectlMissing, kubectlPrograms } from '../../support/kubernetes/kubectl.ts';
import { type KubeconfigFile, kubeconfigFor } from '../../support/kubernetes/source.ts';
import { type RunningCommand, run } from '../../support/programs/command.ts';
import { Laptop, type MarathonServer, type Operator, untilCount } from '../../support/programs/laptop.ts';
import { busyWorker, policyText } from '../../support/programs/policies.ts';
import { until } from '../../support/until.ts';

const WORKER = '/shop/worker';

const shop = (max: number): string =>
  `${policyText('shop', 6, busyWorker(max))}    envFrom: [{ name: PASSWORD, from: { fromSecret: { name: db, key: password } } }]
  onDelete: Delete
`;

const SECRET = `apiVersion: v1
kind: Secret
metadata: { name: db, namespace: default }
data: { password: ${Buffer.from('correct-horse').toString('base64')} }
`;

const programs = kubectlPrograms();
const laptop = new Laptop();
let cluster: KubeServer;
let kubeconfig: KubeconfigFile;
let marathon: MarathonServer;
let operator: Operator;
let kubectl: Kubectl;

async function startOperator(): Promise<Operator> {
  const more = ['--kubernetes', '--kubeconfig', kubeconfig.path, '--kube-lease', 'default/test'];
  return await laptop.operator({ marathon: marathon.url, more });
}

/** Applies the policy with its secret, of at most `max` workers, and waits for them. */
async function shopRuns(max: number): Promise<void> {
  await kubectl.does(['apply', '-f', '-'], { input: `${SECRET}---\n${shop(max)}` });
  await untilCount(marathon, WORKER, max);
  await kubectl.does(['wait', '--for=condition=Ready', 'msp/shop', '--timeout=30s']);
}

const holder = (): string | undefined =>
  (cluster.objects('leases')[0]?.['spec'] as { holderIdentity?: string } | undefined)?.holderIdentity;
const acts = (command: RunningCommand): boolean =>
  /this instance acts/.test(command.stdout() + command.stderr());

describe.skipIf(kubectlMissing(programs))('run --kubernetes', { concurrent: false }, () => {
  beforeAll(async () => {
    const [program] = programs;
    if (program === undefined) throw new Error('there is no kubectl: apt-get install kubernetes-client');
    cluster = await startKubeServer();
    kubeconfig = kubeconfigFor(cluster.url);
    marathon = await laptop.marathon();
    kubectl = new Kubectl(program, cluster.url, homeOf(program, laptop.dir));
    operator = await startOperator();
  });
  afterAll(async () => {
    await laptop.end();
    kubeconfig?.remove();
    await cluster?.close();
  });

  it('makes the apps of a policy that was applied, and says so where it was', async () => {
    await kubectl.does(['apply', '-f', '-'], { input: shop(3) });
    const wait = ['wait', '--for=condition=Applied=False', 'msp/shop', '--timeout=30s'];
    await kubectl.does(wait);
    const messages = ['get', 'msp', 'shop', '-o', 'jsonpath={.status.conditions[*].message}'];
    await expect
      .poll(() => kubectl.does(messages))
      .toContain('secret db in namespace default: there is none; create it there');
    await kubectl.does(['apply', '-f', '-'], { input: SECRET });
    await untilCount(marathon, WORKER, 3);
    await kubectl.does(['wait', '--for=condition=Ready', 'msp/shop', '--timeout=30s']);
    expect((await marathon.app(WORKER))?.env).toMatchObject({ PASSWORD: 'correct-horse' });
    const status = await kubectl.does(['get', 'msp', 'shop', '-o', 'jsonpath={.status}']);
    expect(JSON.parse(status)).toMatchObject({ observedGeneration: 1, capacity: { total: 6, used: 3 } });
    expect(status + operator.log()).not.toContain('correct-horse');
    await expect
      .poll(() => kubectl.does(['get', 'events']))
      .toMatch(/Normal +Created +microscalingpolicy\/shop/);
    const own = await run(['get', '--server', operator.page]);
    expect(own.stdout).toMatch(/^default +shop +True/m);
  });

  it('follows an edit, and goes on with the last good version of a bad one', async () => {
    await shopRuns(3);
    await kubectl.does(['apply', '-f', '-'], { input: shop(2) });
    await untilCount(marathon, WORKER, 2);
    await kubectl.does(['apply', '-f', '-'], {
      input: shop(2).replace('min: 1', 'min: 9'),
    });
    await kubectl.does(['wait', '--for=condition=Accepted=False', 'msp/shop', '--timeout=30s']);
    const why = await kubectl.does(['get', 'msp', 'shop', '-o', 'jsonpath={.status.conditions[0].message}']);
    expect(why).toMatch(
      /^kubernetes default\/shop \(test\): spec\.apps\[0\]\.instances: min 9 is greater than max 2/,
    );
    expect((await marathon.app(WORKER))?.instances).toBe(2);
    await kubectl.does(['apply', '-f', '-'], { input: shop(2) });
    await kubectl.does(['wait', '--for=condition=Accepted', 'msp/shop', '--timeout=30s']);
  });

  it('has a second operator stand by, that acts as soon as the first one ends', async () => {
    await shopRuns(2);
    const second = await startOperator();
    await second.reason('shop', 'Applied', 'Standby');
    expect(acts(second.command)).toBe(false);
    const before = holder();
    expect(await operator.stop()).toBe(0);
    expect(holder()).not.toBe(before);
    await until('the second to act', () => acts(second.command));
    operator = second;
    await kubectl.does(['apply', '-f', '-'], { input: shop(4) });
    await untilCount(marathon, WORKER, 4);
  });

  it('keeps a pause that was made at the instance that acted before, and ends it at its time', async () => {
    await shopRuns(2);
    const second = await startOperator();
    await second.reason('shop', 'Applied', 'Standby');
    const paused = await operator.ask('pause', 'shop', '--for', '1h', '--reason', 'moving the queue');
    expect(paused).toMatchObject({ code: 0, stderr: '' });
    expect(await operator.stop()).toBe(0);
    await until('the second to act', () => acts(second.command));
    operator = second;
    await kubectl.does(['apply', '-f', '-'], { input: shop(4) });
    await until('the second to have looked at the new spec, and to leave the counts alone', async () => {
      const { metadata, status } = JSON.parse(await kubectl.does(['get', 'msp', 'shop', '-o', 'json']));
      const reasons = status.conditions.map((each: { readonly reason: string }) => each.reason);
      return status.observedGeneration === metadata.generation && reasons.includes('PausedByHand');
    });
    expect((await marathon.app(WORKER))?.instances).toBe(2);
    expect(await kubectl.does(['get', 'msi', 'shop-pause'])).toMatch(/shop +Pause +.*True/);
    const end = new Date(Date.now() + 2_000).toISOString();
    await kubectl.does([
      'patch',
      'msi',
      'shop-pause',
      '--type=merge',
      '-p',
      JSON.stringify({ spec: { until: end } }),
    ]);
    await untilCount(marathon, WORKER, 4);
    const scaledAt = (await marathon.app(WORKER))?.versionInfo.lastScalingAt ?? '';
    expect(Date.parse(scaledAt)).toBeGreaterThanOrEqual(Date.parse(end));
    await until('its end to be written where it is kept', async () => {
      const shown = await kubectl.does(['get', 'msi', 'shop-pause', '-o', 'jsonpath={.status}']);
      const { ended = '', conditions } = JSON.parse(shown);
      return conditions[0].reason === 'Expired' && ended >= end;
    });
  });

  it('releases what a deleted policy owns before the policy goes', async () => {
    await shopRuns(2);
    const removed = await kubectl.does(['delete', 'msp', 'shop', '--timeout=30s']);
    expect(removed).toMatch(/"shop" deleted/);
    expect(await marathon.counts()).toEqual({});
    expect(await kubectl.does(['get', 'msp', '-o', 'name'])).toBe('');
  });

  it('tells every release and removal of policies that are deleted at once', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const quiet = (name: string): string =>
      shop(1).replace('name: shop', `name: at-once-${name}`).replace('onDelete: Delete', 'onDelete: Retain');
    const input = [SECRET, ...names.map(quiet)].join('---\n');
    await kubectl.does(['apply', '-f', '-'], { input });
    for (const name of names) await untilCount(marathon, `/at-once-${name}/worker`, 1);
    cluster.faults.latencyMs = 40;
    await kubectl.does(['delete', 'msp', ...names.map((name) => `at-once-${name}`), '--timeout=30s']);
    cluster.faults.latencyMs = 0;
    const told = (reason: string): readonly unknown[] =>
      cluster.objects('events').flatMap((event) => {
        const { reason: is, involvedObject } = event as {
          reason?: unknown;
          involvedObject?: { name?: string };
        };
        return is === reason && involvedObject?.name?.startsWith('at-once-') ? [involvedObject.name] : [];
      });
    const all = names.map((name) => `at-once-${name}`);
    await until(
      'every event to be there',
      () => told('Released').length + told('PolicyRemoved').length >= 12,
    );
    expect([told('Released').toSorted(), told('PolicyRemoved').toSorted()]).toEqual([all, all]);
  });

  it('ends at once, with the lease given back', async () => {
    expect(await operator.stop()).toBe(0);
    expect(holder()).toBe('');
    expect(operator.log()).toMatch(/the lease is given back/);
  });
});

describe('run --kubernetes with what cannot be', () => {
  it.each([
    [['--kubeconfig', '/nowhere/config'], /--kubeconfig: \/nowhere\/config cannot be used: ENOENT/],
    [['--kubeconfig', '/dev/null'], /--kubeconfig: \/dev\/null cannot be used: it is no kubeconfig/],
    [['--kube-context', 'moon', '--kubeconfig', 'CONFIG'], /no context 'moon'.*\(there are: test\)/],
    [['--kube-lease', 'a/b/c', '--kubeconfig', 'CONFIG'], /--kube-lease: 'a\/b\/c' is not NAMESPACE\/NAME/],
    [['--kube-namespace', 'A B', '--kubeconfig', 'CONFIG'], /--kube-namespace: 'A B' is not the name/],
    [[], /--kubernetes: this is no pod with a service account, and \/nowhere\/\.kube\/config is not there/],
  ])('%j says what to do', async (options, words) => {
    const file = kubeconfigFor('http://127.0.0.1:1');
    const args = options.map((option) => (option === 'CONFIG' ? file.path : option));
    const { code, stderr } = await run(['run', '--kubernetes', ...args, '--api', '127.0.0.1:0'], {
      env: { HOME: '/nowhere', KUBECONFIG: '' },
    });
    file.remove();
    expect(stderr).toMatch(words);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(code).toBe(1);
  });
});
