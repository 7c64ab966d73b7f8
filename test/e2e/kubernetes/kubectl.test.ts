// `kubectl` against the operator's own API, as a person uses it where there is no Kubernetes.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  homeOf,
  Kubectl,
  type KubectlProgram,
  kubectlMissing,
  kubectlPrograms,
} from '../../support/kubernetes/kubectl.ts';
import { type Azurite, startAzurite } from '../../support/programs/azurite.ts';
import { killGroup, printed, ROOT } from '../../support/programs/command.ts';
import { Laptop, type MarathonServer } from '../../support/programs/laptop.ts';
import { until } from '../../support/until.ts';

/** The example of the README with tasks that cost nothing. */
const DEMO = readFileSync(join(ROOT, 'specs/policies/queue-demo.yaml'), 'utf8').replaceAll(
  /exec microscaling program \w+/g,
  'exec sleep 1000',
);

const GENERATION = 'jsonpath={.metadata.generation}';
const ON_DELETE = '{"spec":{"onDelete":"Delete"}}';

const programs = kubectlPrograms();
const laptop = new Laptop();
let azurite: Azurite;
let marathon: MarathonServer;
let server: string;

beforeAll(async () => {
  if (kubectlMissing(programs)) return;
  [azurite, marathon] = await Promise.all([startAzurite(), laptop.marathon({ cpus: 16 })]);
  await azurite.queue('demo').create();
  const operator = await laptop.operator({
    marathon: marathon.url,
    more: [
      ...['--data', laptop.path('data'), '--allow-env', 'AZURE_STORAGE_QUEUE_NAME'],
      ...['--allow-secret-env', 'AZURE_STORAGE_*'],
    ],
    env: azurite.env('demo'),
  });
  server = operator.page;
});
afterAll(async () => {
  await laptop.end();
  await azurite?.stop();
});

it('has a kubectl to try', ({ skip }) => {
  if (kubectlMissing(programs)) skip();
  expect(programs).not.toEqual([]);
});

describe.each(programs)('kubectl $version', { concurrent: false }, (program: KubectlProgram) => {
  let kubectl: Kubectl;
  const file = (name: string, text: string): string => {
    const path = laptop.path(name);
    writeFileSync(path, text);
    return path;
  };
  const does = (...args: readonly string[]): Promise<string> => kubectl.does(args);
  const fails = (...args: readonly string[]): Promise<string> => kubectl.fails(args);

  beforeAll(() => {
    kubectl = new Kubectl(program, server, homeOf(program, laptop.dir));
  });

  it('finds what there is', async () => {
    const resources = await does('api-resources');
    expect(resources).toMatch(
      /^microscalingpolicies +msp +microscaling\.io\/v1alpha1 +true +MicroscalingPolicy$/m,
    );
    expect(resources).toMatch(/^capacitypools +microscaling\.io\/v1alpha1 +true +CapacityPool$/m);
    expect(resources).toMatch(/^interventions +msi +microscaling\.io\/v1alpha1 +true +Intervention$/m);
    expect((await does('api-versions')).split('\n')).toEqual(['microscaling.io/v1alpha1', 'v1']);
    expect(await does('version')).toMatch(/Server Version.*microscaling/);
  });

  it('explains fields', async () => {
    const apps = await does('explain', 'msp.spec.apps');
    expect(apps).toMatch(/An app is scaled \(targets\)/);
    expect(apps).toMatch(/^ +priority\s+<integer>/m);
    const all = await does('explain', 'microscalingpolicies', '--recursive');
    expect(all).toMatch(/^ +queueLength\s+<integer>/m);
    expect(all).toMatch(/^ +stabilizationWindowSeconds\s+<integer>/m);
  });

  it('creates, replaces and deletes in another namespace', async () => {
    const pool = (slots: number): string =>
      `{"apiVersion":"microscaling.io/v1alpha1","kind":"CapacityPool","metadata":{"name":"shared"},"spec":{"capacity":{"slots":${slots}}}}`;
    const other = ['-n', 'other'];
    expect(await kubectl.does([...other, 'create', '-f', '-'], { input: pool(4) })).toMatch(
      /shared created$/,
    );
    expect(await kubectl.does([...other, 'replace', '-f', '-'], { input: pool(5) })).toMatch(
      /shared replaced$/,
    );
    expect(
      await does(...other, 'get', 'capacitypools', '-o', 'jsonpath={.items[*].spec.capacity.slots}'),
    ).toBe('5');
    expect(await does(...other, 'get', 'capacitypools')).toMatch(
      /^NAME +READY +POLICIES +USED +AGE\nshared /,
    );
    expect(await does('get', 'capacitypools', '-o', 'name')).toBe('');
    expect(await does(...other, 'delete', 'capacitypool', 'shared', '--wait=false')).toMatch(/deleted/);
    await until(
      'it to be gone',
      async () => (await does(...other, 'get', 'capacitypools', '-o', 'name')) === '',
    );
  });

  describe('beside a policy that was applied', () => {
    let path: string;
    let created: string;
    let met: string;

    beforeAll(async () => {
      path = file('demo.yaml', DEMO);
      created = await does('apply', '-f', path);
      met = await does('wait', '--for=condition=Ready', 'msp/queue-demo', '--timeout=60s');
    });
    afterAll(async () => {
      await kubectl.run(['patch', 'msp', 'queue-demo', '--type', 'merge', '-p', ON_DELETE]);
      await kubectl.run(['delete', 'msp', 'queue-demo', '--ignore-not-found']);
    });

    it('applies a policy, and waits for it', async () => {
      expect(created).toBe('microscalingpolicy.microscaling.io/queue-demo created');
      expect(met).toBe('microscalingpolicy.microscaling.io/queue-demo condition met');
      await expect
        .poll(() => marathon.counts())
        .toEqual({
          '/queue-demo/consumer': 1,
          '/queue-demo/remainder': 9,
          '/queue-demo/producer': 3,
        });
      expect(await does('apply', '-f', path)).toBe('microscalingpolicy.microscaling.io/queue-demo unchanged');
      // A round may write its status between the two that are compared.
      await expect.poll(async () => (await kubectl.run(['diff', '-f', path])).stdout).toBe('');
    });

    it('shows a difference before it is applied', async () => {
      const changed = file('changed.yaml', DEMO.replace('interval: 500ms', 'interval: 400ms'));
      const { code, stdout } = await kubectl.run(['diff', '-f', changed]);
      expect(code).toBe(1);
      expect(stdout).toMatch(/^-\s+interval: 500ms$/m);
      expect(stdout).toMatch(/^\+\s+interval: 400ms$/m);
      expect(await does('apply', '--dry-run=server', '-f', changed)).toMatch(
        /configured \(server dry run\)$/,
      );
      expect(await does('get', 'msp', 'queue-demo', '-o', 'jsonpath={.spec.interval}')).toBe('500ms');
      expect(await does('apply', '-f', changed)).toMatch(/queue-demo configured$/);
      expect(await does('get', 'msp', 'queue-demo', '-o', 'jsonpath={.spec.interval}')).toBe('400ms');
      await does('apply', '-f', path);
    });

    it('intervenes by an object, and ends that by deleting it', async () => {
      const override = (spec: string): string =>
        `{"apiVersion":"microscaling.io/v1alpha1","kind":"Intervention","metadata":{"name":"launch"},"spec":{"policyRef":{"name":"queue-demo"},${spec}}}`;
      const launch = file(
        'launch.json',
        override('"type":"Override","app":"consumer","instances":4,"for":"1h"'),
      );
      expect(await does('apply', '-f', launch)).toMatch(/intervention\.microscaling\.io\/launch created$/);
      await does('wait', '--for=condition=InForce', 'msi/launch', '--timeout=60s');
      await until(
        'the count to be that',
        async () => (await marathon.counts())['/queue-demo/consumer'] === 4,
      );
      expect(await does('get', 'msi')).toMatch(
        /^NAME +POLICY +TYPE +APP +INSTANCES +IN FORCE +UNTIL +BY +WHY +AGE\nlaunch +queue-demo +Override +consumer +4 +True /,
      );
      expect(await does('apply', '-f', launch)).toMatch(/launch unchanged$/);
      expect(await does('describe', 'msi', 'launch')).toMatch(/held at 4 by hand until/);
      const more = file(
        'more.json',
        override('"type":"Override","app":"consumer","instances":99,"for":"1h"'),
      );
      expect(await fails('apply', '-f', more)).toMatch(
        /spec\.instances: .*may have \d+ to \d+ instances, not 99/,
      );
      const pause = file('other.json', override('"type":"Pause","for":"1h"'));
      expect(await fails('apply', '-f', pause)).toMatch(/spec\.type: .*cannot be changed/);
      const endless = file('endless.json', override('"type":"Pause"').replace('launch', 'endless'));
      expect(await fails('apply', '-f', endless)).toMatch(
        /spec: .*needs for or until: a Pause ends by itself/,
      );
      expect(await does('delete', 'msi', 'launch')).toMatch(/"launch" deleted/);
      await until('its law to decide', async () => (await marathon.counts())['/queue-demo/consumer'] === 1);
    });

    it('shows policies in every way', async () => {
      // What an override has set free goes to the remainder first.
      await expect
        .poll(() => does('get', 'msp'))
        .toMatch(
          /^NAME +READY +APPS +USED +LIMITED +AGE\nqueue-demo +True +3 +10 +(True|False) +\d+[sm]\S*$/,
        );
      expect(await does('get', 'msp', '-o', 'wide')).toMatch(
        /^NAME .* MODE +TOTAL +STATUS\n.* Reconcile +10 +\S/,
      );
      expect(await does('get', 'msp', '-A')).toMatch(/^NAMESPACE +NAME .*\ndefault +queue-demo +True/);
      expect(await does('get', 'microscaling', '-o', 'name')).toBe(
        'microscalingpolicy.microscaling.io/queue-demo',
      );
      const generation = Number(await does('get', 'msp', 'queue-demo', '-o', GENERATION));
      const yaml = load(await does('get', 'msp', 'queue-demo', '-o', 'yaml')) as { status: unknown };
      expect(yaml).toMatchObject({
        apiVersion: 'microscaling.io/v1alpha1',
        kind: 'MicroscalingPolicy',
        metadata: { name: 'queue-demo', namespace: 'default', generation },
        status: { observedGeneration: generation, capacity: { total: 10, used: 10 } },
      });
      expect(await does('get', 'msp', '--sort-by=.metadata.name', '--no-headers')).toMatch(/^queue-demo /);
      expect(
        await does('get', 'msp', '-o', 'custom-columns=N:.metadata.name,T:.status.capacity.total'),
      ).toMatch(/queue-demo +10$/);
      expect(await does('get', 'ns')).toMatch(/^default +Active +\S+$/m);
      expect((await kubectl.run(['-n', 'other', 'get', 'msp'])).stderr).toBe(
        'No resources found in other namespace.\n',
      );
      expect(await fails('get', 'msp', 'nothing')).toMatch(/\(NotFound\): .*"nothing" not found/);
    });

    it('labels, annotates and selects', async () => {
      const generation = await does('get', 'msp', 'queue-demo', '-o', GENERATION);
      expect(await does('label', 'msp', 'queue-demo', 'team=shop')).toMatch(/labeled$/);
      expect(await does('annotate', 'msp', 'queue-demo', 'note=by hand')).toMatch(/annotated?$/);
      expect(await does('get', 'msp', '-l', 'team in (shop, bank)', '-o', 'name')).toMatch(/queue-demo$/);
      expect(await does('get', 'msp', '-l', 'team!=shop', '-o', 'name')).toBe('');
      expect(await does('get', 'msp', '--field-selector', 'metadata.name=queue-demo', '-o', 'name')).toMatch(
        /queue-demo$/,
      );
      expect(await fails('get', 'msp', '--field-selector', 'spec.mode=Paused')).toMatch(/metadata\.name/);
      expect(await does('get', 'msp', 'queue-demo', '-o', GENERATION)).toBe(generation);
    });

    it('edits and patches', async () => {
      const editor = { KUBE_EDITOR: `sed -i 's/slots: 10/slots: 8/'` };
      const edited = await kubectl.does(['edit', 'msp', 'queue-demo'], { env: editor });
      expect(edited).toMatch(/queue-demo edited$/);
      await until(
        'the remainder to yield',
        async () => (await marathon.counts())['/queue-demo/remainder'] === 7,
      );
      const patch = ['patch', 'msp', 'queue-demo', '--type', 'merge', '-p'];
      expect(await does(...patch, '{"spec":{"capacity":{"slots":10}}}')).toMatch(/patched$/);
      await until(
        'the remainder to grow',
        async () => (await marathon.counts())['/queue-demo/remainder'] === 9,
      );
      // A round may write its status between kubectl's reading and its patch: that is a change, too.
      await until('a patch that changes nothing to say so', async () =>
        (await does(...patch, '{"spec":{"capacity":{"slots":10}}}')).endsWith('patched (no change)'),
      );
    });

    it('follows a watch', async () => {
      const watch = kubectl.start(['get', 'msp', '-w']);
      try {
        await printed(watch, /queue-demo +True/);
        await does('patch', 'msp', 'queue-demo', '--type', 'merge', '-p', '{"spec":{"mode":"Paused"}}');
        const others = kubectl.start(['get', 'msp', '-w', '-o', 'jsonpath={.spec.mode}{"\\n"}']);
        await printed(others, /Paused/);
        await does('patch', 'msp', 'queue-demo', '--type', 'merge', '-p', '{"spec":{"mode":"Reconcile"}}');
        await printed(others, /Reconcile/);
        killGroup(others);
        expect(watch.stdout().match(/^NAME /gm)).toHaveLength(1);
        // The two are told apart, each at its time.
        await until('a second line', () => (watch.stdout().match(/^queue-demo /gm) ?? []).length > 1);
      } finally {
        killGroup(watch);
      }
    });

    it('describes a policy with its events', async () => {
      const text = await does('describe', 'msp/queue-demo');
      expect(text).toMatch(/^Name: +queue-demo$/m);
      expect(text).toMatch(/^Events:\n +Type +Reason +Age/m);
      expect(text).toMatch(/^ +Normal +\w+/m);
      expect(await does('get', 'events')).toMatch(/^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n/);
      const mine = ['--field-selector', 'involvedObject.name=queue-demo'];
      expect(await does('get', 'events', ...mine)).toMatch(/microscalingpolicy\/queue-demo/);
    });

    it('refuses what is wrong, and says what and where', async () => {
      const typo = file('typo.yaml', DEMO.replace('priority: 1', 'prioriti: 1'));
      expect(await fails('apply', '-f', typo)).toMatch(/prioriti/);
      const bad = file('bad.yaml', DEMO.replace('{ min: 1, max: 10 }', '{ min: 11, max: 10 }'));
      const said = await fails('apply', '-f', bad);
      expect(said).toMatch(/spec\.apps\[0\]\.instances/);
      expect(said).toMatch(/queue-demo/);
      expect(await fails('apply', '--server-side', '-f', path)).toMatch(/leave out --server-side/);
      expect(await fails('patch', 'msp', 'queue-demo', '-p', '{}')).toMatch(/use kubectl patch --type merge/);
      expect(await fails('create', '-f', path)).toMatch(/AlreadyExists/);
      expect(await fails('create', 'namespace', 'shop')).toMatch(
        /namespaces are not created|not supported on namespaces/,
      );
      expect(await fails('auth', 'can-i', 'create', 'msp')).toMatch(
        /this API has microscalingpolicies|role of the token/,
      );
    });

    it('deletes, and waits until everything is finalized', async () => {
      await does('patch', 'msp', 'queue-demo', '--type', 'merge', '-p', ON_DELETE);
      await until('it to be seen', async () => {
        const seen = '{.metadata.generation} {.status.observedGeneration}';
        const [now, then] = (await does('get', 'msp', 'queue-demo', '-o', `jsonpath=${seen}`)).split(' ');
        return now === then;
      });
      expect(await does('delete', 'msp', 'queue-demo')).toMatch(/"queue-demo" deleted/);
      expect(await fails('get', 'msp', 'queue-demo')).toMatch(/NotFound/);
      expect(await marathon.counts()).toEqual({});
    });
  });
});
