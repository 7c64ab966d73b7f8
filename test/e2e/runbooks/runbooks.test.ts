// Every runbook in its own trouble: the trouble is made, the condition has the page's reason, and each command of the page is typed
// as it stands there, with the names of the day, and shows what the page says.

import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Condition } from '../../../src/api/conditions.ts';
import { ROOT, run } from '../../support/programs/command.ts';
import { GitRepository } from '../../support/programs/git.ts';
import type { Operator } from '../../support/programs/laptop.ts';
import { until } from '../../support/until.ts';
import { RunbookWorld } from './runbook-world.ts';

const FOLDER = join(ROOT, 'docs/runbooks');

interface Trouble {
  readonly type: Condition['type'];
  /** The policy, whose file is made by `make`; default: the reason in small letters. */
  readonly name?: string;
  /** Of the page's `APP`. */
  readonly app?: string;
  readonly make: (name: string) => Promise<void> | void;
  /** What ends it, where another one would not bear it. */
  readonly end?: () => Promise<void> | void;
  readonly operator?: () => Operator;
  /** What `validate` and `plan` say of the file. */
  readonly says?: RegExp;
  /** What ends with 1, since the trouble is one of the file. */
  readonly fails?: readonly string[];
}

const world = new RunbookWorld('policies');
const repository = new GitRepository(world.laptop.path('git'));
const onlyOne = new GitRepository(world.laptop.path('only'));
let emptied: Operator;
let untrusting: Operator;

function commit(name: string, parts: Parameters<RunbookWorld['policy']>[1] = {}): void {
  world.numbers.set(name, 1);
  repository.commit({ [`${name}.yaml`]: JSON.stringify(world.policy(name, parts)) });
}

const put = (name: string, parts: Parameters<RunbookWorld['policy']>[1] = {}): string =>
  world.put(name, world.policy(name, parts));

async function marathon(method: string, path: string, body?: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(world.marathon.url + path, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
}

async function scaledTo(name: string, count: number): Promise<void> {
  world.numbers.set(name, count);
  await until(`${name} to have ${count}`, async () => {
    return (await world.marathon.app(`/${name}/worker`))?.instances === count;
  });
}

async function running(name: string, parts: Parameters<RunbookWorld['policy']>[1] = {}): Promise<void> {
  put(name, parts);
  await scaledTo(name, 2);
}

const nobodys = { cmd: 'exec sleep 1000', user: 'nobody', cpus: 0.01, mem: 8 };

/** By reason. */
const TROUBLES: Readonly<Record<string, Trouble>> = {
  AtMaximum: {
    type: 'ScalingLimited',
    make: async (name) => {
      await running(name, { worker: { instances: { min: 1, max: 3 } } });
      world.numbers.set(name, 8);
    },
  },
  AtCapacity: {
    type: 'ScalingLimited',
    make: async (name) => {
      await running(name, { spec: { capacity: { slots: 4 } } });
      world.numbers.set(name, 8);
    },
  },
  ClusterFull: {
    type: 'ScalingLimited',
    make: async (name) => {
      await running(name, { worker: { app: { ...nobodys, cpus: 2 } }, spec: { capacity: { slots: 9 } } });
      world.numbers.set(name, 8);
    },
    end: () => world.remove('clusterfull'),
  },
  NotCreated: {
    type: 'ScalingLimited',
    make: (name) => {
      world.numbers.set(name, 2);
      put(name, { worker: { envFrom: [{ name: 'KEY', from: { fromEnv: 'NOT_SET_HERE' } }] } });
    },
  },
  SecretUnavailable: {
    type: 'Applied',
    make: (name) => {
      world.numbers.set(name, 2);
      put(name, { worker: { envFrom: [{ name: 'KEY', from: { fromEnv: 'NOT_SET_HERE' } }] } });
    },
  },
  StaleRead: {
    type: 'MetricsAvailable',
    make: async (name) => {
      await running(name, { worker: { behavior: { onMetricFailure: { staleAfter: '10m' } } } });
      world.numbers.set(name, undefined);
    },
    says: /503/,
    fails: ['read'],
  },
  NotRead: {
    type: 'MetricsAvailable',
    make: async (name) => {
      await running(name);
      world.numbers.set(name, undefined);
    },
    says: /503/,
    fails: ['read'],
  },
  BackingOff: {
    type: 'NotLaunching',
    make: (name) => {
      world.numbers.set(name, 2);
      put(name, { worker: { app: { ...nobodys, cmd: 'exit 1' } } });
    },
    end: () => world.remove('backingoff'),
  },
  PausedByHand: {
    type: 'Paused',
    make: async (name) => {
      await running(name);
      await world.operator.ask('pause', name, '--for', '30m', '--reason', 'moving the queue');
    },
  },
  ManualScale: {
    type: 'Conflict',
    make: async (name) => {
      await running(name);
      await world.marathon.put(`/${name}/worker`, { instances: 5 });
    },
  },
  AlternatingCounts: {
    type: 'Conflict',
    make: async (name) => {
      await running(name, { worker: { manualScale: { action: 'Revert' } } });
      for (let i = 0; i < 4; i += 1) {
        await world.marathon.put(`/${name}/worker`, { instances: 1 });
        await until('it to be put back, or given up', async () => {
          const { instances } = (await world.marathon.app(`/${name}/worker`)) ?? {};
          return instances === 2 || (await world.operator.condition(name, 'Conflict'))?.status === 'True';
        });
      }
    },
  },
  Drifted: {
    type: 'Applied',
    make: async (name) => {
      await running(name, { spec: { drift: 'Report' } });
      await world.marathon.put(`/${name}/worker`, { mem: 9 });
    },
  },
  AppMissing: {
    type: 'Applied',
    make: (name) => {
      world.numbers.set(name, 2);
      const { app: _, ...theirs } = { name: 'theirs', instances: { fixed: 1 }, id: '/nobody/made', app: 0 };
      put(name, { apps: [{ ...theirs, adopt: true }] });
    },
  },
  MarathonRefused: {
    type: 'Applied',
    make: async (name) => {
      world.numbers.set(name, 2);
      const next = [{ status: 422, method: 'POST', path: '/v2/apps', times: 1_000_000 }];
      await marathon('POST', '/admin/faults', { next });
      put(name);
    },
    end: () => marathon('DELETE', '/admin/faults'),
  },
  MarathonUnavailable: {
    type: 'Applied',
    make: (name) => {
      world.numbers.set(name, 2);
      put(name, { spec: { marathon: { urls: ['http://127.0.0.1:9'] } } });
    },
    fails: ['doctor'],
  },
  SchedulerUnavailable: {
    type: 'Applied',
    make: (name) => {
      world.numbers.set(name, 2);
      const docker = { container: { image: 'busybox' }, host: 'tcp://127.0.0.1:9' };
      put(name, { apps: [{ name: 'job', instances: { fixed: 1 }, docker }] });
    },
    fails: ['doctor'],
  },
  WaitingForLock: {
    type: 'Applied',
    make: async (name) => {
      await running(name);
      // Somebody removes the app, and that does not end.
      await marathon('POST', '/admin/faults', { hold: [`/${name}/worker`] });
      await marathon('DELETE', `/v2/apps/${name}/worker`);
      world.numbers.set(name, 4);
    },
    end: () => marathon('DELETE', '/admin/faults'),
  },
  InvalidSpec: {
    type: 'Accepted',
    make: async (name) => {
      await running(name);
      put(name, { worker: { instances: { min: 5, max: 2 } } });
    },
    says: /max/,
    fails: ['validate', 'plan'],
  },
  DuplicatePolicy: {
    type: 'Accepted',
    make: async (name) => {
      await running(name);
      world.put(`${name}-again`, world.policy(name, { spec: { capacity: { slots: 3 } } }));
    },
    end: () => world.remove('duplicatepolicy-again'),
  },
  DuplicateApp: {
    type: 'Accepted',
    make: async (name) => {
      await running('first');
      world.numbers.set(name, 2);
      put(name, { worker: { id: '/first/worker' } });
    },
  },
  AdoptionRequired: {
    type: 'Accepted',
    make: async (name) => {
      world.numbers.set(name, 2);
      await marathon('POST', '/v2/apps', { ...nobodys, id: '/theirs/worker', instances: 1 });
      put(name, { worker: { id: '/theirs/worker' } });
    },
    says: /theirs/,
    fails: ['plan'],
  },
  PoolNotFound: {
    type: 'Accepted',
    make: (name) => {
      world.numbers.set(name, 2);
      put(name, { spec: { capacity: undefined, pool: 'nowhere' } });
    },
  },
  NotAMember: {
    type: 'Accepted',
    name: 'stranger',
    make: (name) => {
      world.put('closed', {
        apiVersion: 'microscaling.io/v1alpha1',
        kind: 'CapacityPool',
        metadata: { name: 'closed' },
        spec: { capacity: { slots: 4 } },
      });
      commit(name, { spec: { capacity: undefined, pool: 'closed' } });
    },
    operator: () => untrusting,
  },
  NotAllowed: {
    type: 'Accepted',
    name: 'greedy',
    make: async (name) => {
      commit(name);
      await untrusting.reason(name, 'Accepted', 'Valid');
      commit(name, { worker: { id: '/somebody/else' } });
    },
    operator: () => untrusting,
  },
  DeletionHeld: {
    type: 'Accepted',
    name: 'only',
    make: async (name) => {
      await emptied.reason(name, 'Accepted', 'Valid');
      onlyOne.remove('only.yaml');
    },
    operator: () => emptied,
  },
};

/** Lasts minutes, passes within seconds, or is of a scheduler that refuses: walked in `passed-time.test.ts`. */
const ELSEWHERE = ['DeploymentStuck', 'NoGain', 'RoundOverdue', 'SchedulerSilent', 'TargetRefused'];

/** Whose trouble an alert is about. */
const ALERTS: Readonly<Record<string, string>> = {
  MicroscalingAtMaximum: 'AtMaximum',
  MicroscalingCapacityShort: 'AtCapacity',
  MicroscalingConflict: 'ManualScale',
  MicroscalingDown: 'AtMaximum',
  MicroscalingMetricUnreadable: 'NotRead',
  MicroscalingObjectiveSpent: 'AtMaximum',
  MicroscalingPolicyNotReady: 'SecretUnavailable',
  MicroscalingPolicyRefused: 'InvalidSpec',
  MicroscalingRoundsSlow: 'StaleRead',
  MicroscalingRoundsStalled: 'AtCapacity',
  MicroscalingSchedulerErrors: 'MarathonRefused',
  MicroscalingSchedulerUnreachable: 'MarathonUnavailable',
  MicroscalingUnsteady: 'AtMaximum',
};

/** What the page says that each verb shows; `reason` and `says` are the trouble's. */
const SIGHTS: Readonly<Record<string, (reason: string, says: RegExp) => RegExp>> = {
  describe: (reason) => new RegExp(`${reason} +\\S`),
  explain: () => /^(as it was at \S+ \S+\n\n)?policy default\/\S+\n\n\w+ \(.+\): /,
  events: () => /^LAST SEEN +TYPE +REASON/,
  get: () => /^(NAMESPACE +NAME|no pools\n)/,
  read: (_, says) => says,
  validate: (_, says) => says,
  plan: (_, says) => says,
  replay: () => /\nrecorded +[\d.–]+.*\nreplayed +[\d.–]+/,
  override: () => /worker of default\/\S+ is held at 8 until /,
  pause: () => / is paused until /,
  keep: () => /the definition of worker of default\/\S+ is kept as it runs until /,
  'put-back': () => /the definition of worker of default\/\S+ is written as the policy says/,
  resume: () => / goes on\n$/,
  doctor: () => /\w/,
};

beforeAll(async () => {
  mkdirSync(world.dir);
  await world.numbers.listen();
  world.marathon = await world.laptop.marathon({ cpus: 8 });
  put('idle');
  commit('idle-too');
  world.numbers.set('idle', 1);
  world.numbers.set('only', 1);
  onlyOne.commit({ 'only.yaml': JSON.stringify(world.policy('only')) });
  const { url: marathonUrl } = world.marathon;
  const data = (name: string): readonly string[] => ['--data', world.laptop.path(`data-${name}`)];
  const following = (git: string): readonly string[] => [
    ...['--git', git, '--git-interval', '1s', '--allow-endpoint', world.numbers.origin],
    ...data(git.replaceAll(/\W/g, '')),
  ];
  [world.operator, emptied, untrusting] = await Promise.all([
    world.laptop.operator({ policies: world.dir, marathon: marathonUrl, more: data('trusting') }),
    world.laptop.operator({ marathon: marathonUrl, more: following(onlyOne.url) }),
    world.laptop.operator({
      policies: world.file('closed'),
      marathon: marathonUrl,
      more: following(repository.url),
    }),
  ]);
});
afterAll(() => world.close());

const commandsOf = (page: string): readonly string[] =>
  [...readFileSync(join(FOLDER, page), 'utf8').matchAll(/`microscaling ([^`]+)`/g)].map(
    ([, text = '']) => text,
  );

/** The command as somebody would type it on that day. */
function typed(command: string, day: { readonly name: string; readonly app: string }): readonly string[] {
  const tried = world.laptop.path('new.yaml');
  return command
    .replace('NAME', day.name)
    .replace('APP', day.app)
    .replace('FILE', world.file(day.name))
    .replace('URL', world.marathon.url)
    .replace('new.yaml', tried)
    .replace('02:10', new Date().toISOString())
    .replaceAll('"…"', 'why')
    .split(' ');
}

/** What changes something comes last: the trouble is to be seen before. */
const ACTING = ['override', 'pause', 'resume', 'keep', 'put-back'];
/** Asks no operator. */
const ALONE = ['read', 'validate', 'plan', 'doctor'];

/** Every command of the pages that are about this trouble, each once. */
function commandsAbout(reason: string): readonly string[] {
  const alerts = Object.keys(ALERTS).filter((alert) => ALERTS[alert] === reason);
  const pages = [`reasons/${reason}.md`, ...alerts.map((alert) => `${alert}.md`)];
  const commands = [...new Set(pages.flatMap(commandsOf))];
  const acts = (command: string): boolean => ACTING.some((verb) => command.startsWith(verb));
  return [...commands.filter((each) => !acts(each)), ...commands.filter(acts)];
}

async function walk(reason: string): Promise<void> {
  const trouble = TROUBLES[reason];
  if (trouble === undefined) throw new Error(`no trouble ${reason}`);
  const { type, make, end, app = 'worker', says = /\w/, fails = [] } = trouble;
  const name = trouble.name ?? reason.toLowerCase();
  const operator = trouble.operator?.() ?? world.operator;
  await make(name);
  try {
    await operator.reason(name, type, reason);
    world.write(
      world.laptop.path('new.yaml'),
      world.policy(name, { worker: { instances: { min: 1, max: 7 } } }),
    );
    for (const command of commandsAbout(reason)) {
      const [verb = ''] = command.split(' ');
      const args = [
        ...typed(command, { name, app }),
        ...(ALONE.includes(verb) ? [] : ['--server', operator.page]),
      ];
      const { code, stdout, stderr } = await run(args);
      const said = `${command}\n${stdout}${stderr}`;
      const fine = verb === 'plan' ? [0, 2] : verb === 'doctor' ? [0, 1] : [0];
      expect(fails.includes(verb) ? [1] : fine, said).toContain(code);
      const sight = SIGHTS[verb];
      if (sight === undefined) throw new Error(`what does ${verb} show?`);
      expect(stdout + stderr, command).toMatch(sight(reason, says));
    }
  } finally {
    await end?.();
  }
}

describe('a runbook in its own trouble', { concurrent: false }, () => {
  const reasons = readdirSync(join(FOLDER, 'reasons')).map((page) => page.replace('.md', ''));
  const alerts = readdirSync(FOLDER).flatMap((page) => /^(Microscaling\w+)\.md$/.exec(page)?.[1] ?? []);

  it('is there for every reason and alert, or is walked elsewhere', () => {
    expect(Object.values(ALERTS).filter((reason) => !(reason in TROUBLES))).toEqual([]);
    expect(reasons.filter((reason) => !(reason in TROUBLES) && !ELSEWHERE.includes(reason))).toEqual([]);
    expect(alerts.filter((alert) => !(alert in ALERTS))).toEqual([]);
  });

  it.each(Object.keys(TROUBLES))('%s: each command runs and shows what the page says', async (reason) => {
    await walk(reason);
  });
});
