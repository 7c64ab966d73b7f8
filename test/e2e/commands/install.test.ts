// `microscaling install` against a real embedded Marathon: four apps in one group, the operator one of them; what becomes
// of it when it is killed, upgraded or doubled; and what uninstall leaves.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PageView } from '../../../src/server/page/view/page-view.ts';
import { ACCOUNT_KEY, type Azurite, startAzurite } from '../../support/programs/azurite.ts';
import { printed, processesWith, run } from '../../support/programs/command.ts';
import { Laptop, type MarathonServer, OperatorApi, untilCount } from '../../support/programs/laptop.ts';
import { until } from '../../support/until.ts';

const QUEUE = 'install-queue';
/** Of this run alone: the tasks of others on this machine are told apart by it. */
const NAME = `demo-${process.pid}`;
const GROUP = `/shop/${NAME}`;
const OPERATOR = `${GROUP}/operator`;
const CONSUMER = `${GROUP}/consumer`;
const REMAINDER = `${GROUP}/remainder`;
const PRODUCER = `${GROUP}/producer`;
const POLICY = `shop-${NAME}`;

interface Task {
  readonly id: string;
  readonly state: string;
  readonly host: string;
  readonly ports: readonly number[];
  readonly startedAt?: string;
}

const laptop = new Laptop();
let azurite: Azurite;
let marathon: MarathonServer;
let listener: Listener;

/** Marathon's events as they come. */
class Listener {
  readonly events: { readonly eventType: string; readonly [field: string]: unknown }[] = [];
  readonly #stop = new AbortController();

  async follow(url: string): Promise<void> {
    const headers = { accept: 'text/event-stream' };
    const response = await fetch(`${url}/v2/events?plan-format=light`, {
      headers,
      signal: this.#stop.signal,
    });
    void this.#read(response).catch(() => undefined);
  }

  stop(): void {
    this.#stop.abort();
  }

  async #read(response: Response): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      const lines = text.split('\r\n');
      text = lines.pop() ?? '';
      for (const line of lines) if (line.startsWith('data: ')) this.events.push(JSON.parse(line.slice(6)));
    }
  }
}

function install(...more: readonly string[]): ReturnType<typeof run> {
  const args = ['install', '--marathon', marathon.url, '--group', GROUP, '--process', ...more];
  return run(args, { env: azurite.env(QUEUE) });
}

function uninstall(): ReturnType<typeof run> {
  return run(['uninstall', '--marathon', marathon.url, '--group', GROUP]);
}

async function operatorTasks(): Promise<readonly Task[]> {
  const response = await fetch(`${marathon.url}/v2/apps${OPERATOR}/tasks`);
  const { tasks } = (await response.json()) as { tasks: readonly Task[] };
  return tasks.filter(({ state }) => state === 'TASK_RUNNING');
}

/** Asks one instance of the operator, as the page and `get` do. */
function instanceOf(task: Task): OperatorApi {
  return new OperatorApi(`http://${task.host}:${task.ports[0]}`);
}

async function answering(task: Task): Promise<OperatorApi> {
  const operator = instanceOf(task);
  await until(
    'the operator to answer',
    async () => (await operator.readyz().catch(() => undefined))?.status === 200,
  );
  return operator;
}

async function theOperator(): Promise<{ readonly task: Task; readonly operator: OperatorApi }> {
  const task = await until('one operator to run', async () => {
    const tasks = await operatorTasks();
    return tasks.length === 1 && tasks[0];
  });
  return { task, operator: await answering(task) };
}

async function viewOf(operator: OperatorApi): Promise<PageView> {
  const data = /^event: view\ndata: (.*)$/m.exec(await operator.stream())?.[1] ?? '{}';
  return JSON.parse(data) as PageView;
}

async function send(messages: number): Promise<void> {
  const queue = azurite.queue(QUEUE);
  await queue.createIfNotExists();
  await Promise.all(Array.from({ length: messages }, () => queue.sendMessage('work')));
}

/** Gives the consumers more to do, and waits until they are more. */
async function consumersRise(): Promise<void> {
  await send(100);
  await until('the consumers to be more than one', async () => {
    return ((await marathon.app(CONSUMER))?.instances ?? 0) > 1;
  });
}

/** Waits until they have given all back. */
async function consumersRest(): Promise<void> {
  await untilCount(marathon, CONSUMER, 1);
}

const QUICK = 'giveBackAfter: 1s';

/** Gives the operator another policy in its definition, by which consumers give back at once. */
async function upgrade(): Promise<void> {
  const { env = {} } = (await marathon.app(OPERATOR)) ?? {};
  const policy = env['MICROSCALING_POLICY_YAML'] ?? '';
  const quick = policy.replace(/^( +)behavior:$/m, `$&\n$1  ${QUICK}`);
  expect(quick).not.toBe(policy);
  await marathon.put(OPERATOR, { env: { ...env, MICROSCALING_POLICY_YAML: quick } });
}

/** Only what a test sends is in the queue, and consumers give back at once. */
async function quickAndQuiet(): Promise<void> {
  const { env = {} } = (await marathon.app(OPERATOR)) ?? {};
  if (env['MICROSCALING_POLICY_YAML']?.includes(QUICK) !== true) {
    const { task } = await theOperator();
    await upgrade();
    await until('another task', async () => (await operatorTasks()).some(({ id }) => id !== task.id));
  }
  await marathon.put(PRODUCER, { instances: 0 });
  const { operator } = await theOperator();
  await operator.reason(POLICY, 'Applied', 'UpToDate');
  await consumersRest();
}

beforeAll(async () => {
  azurite = await startAzurite();
  marathon = await laptop.marathon();
  listener = new Listener();
  await listener.follow(marathon.url);
});
afterAll(async () => {
  listener.stop();
  await laptop.end();
  await azurite.stop();
});

describe('microscaling install', { concurrent: false }, () => {
  it('has nothing to remove before anything is there', async () => {
    const { code, stdout } = await uninstall();
    expect(stdout).toBe(`nothing to do: ${GROUP} is not installed\n`);
    expect(code).toBe(0);
  });

  it('shows what it would create, without a secret, and creates nothing', async () => {
    const { code, stdout } = await install('--dry-run');
    const apps = JSON.parse(stdout) as readonly { id: string; env?: Record<string, string> }[];
    expect(apps.map(({ id }) => id).sort()).toEqual([CONSUMER, OPERATOR, PRODUCER, REMAINDER]);
    expect(stdout).not.toContain(ACCOUNT_KEY);
    expect(code).toBe(0);
    expect(await marathon.counts()).toEqual({});
  });

  describe('that was done', () => {
    let installed: Awaited<ReturnType<typeof run>>;

    beforeAll(async () => {
      installed = await install();
    });

    it('creates the four apps in one deployment and says when they run', async () => {
      const { code, stdout, stderr } = installed;
      expect(code, stderr).toBe(0);
      for (const id of [CONSUMER, OPERATOR, PRODUCER, REMAINDER]) {
        expect(stdout).toContain(`creating ${id}\n`);
        expect(stdout).toContain(`${id}: running\n`);
      }
      expect(stdout).toMatch(/^page {2}http:\/\/127\.0\.0\.1:\d+\/login$/m);
      expect(stdout).toMatch(/^log in with this token, shown this once \(it may read and write\): \S{32}$/m);
      expect(stdout + stderr).not.toContain(ACCOUNT_KEY);
      const starts = await until('Marathon to have told of it', () => {
        const told = listener.events.filter((event) => JSON.stringify(event).includes('"StartApplication"'));
        return told.length > 0 && told;
      });
      const plans = new Set(starts.map(({ plan }) => (plan as { readonly id: string }).id));
      expect([...plans]).toHaveLength(1);
    });

    it('the operator takes on what install made, without a question and without a restart', async () => {
      const { operator } = await theOperator();
      await operator.reason(POLICY, 'Applied', 'UpToDate');
      expect(await operator.condition(POLICY, 'Accepted')).toMatchObject({ status: 'True', reason: 'Valid' });
      // The remainder has taken what is left.
      await until('all slots to be used', async () => {
        const counts = await marathon.counts();
        return (counts[CONSUMER] ?? 0) + (counts[REMAINDER] ?? 0) === 10;
      });
      const restarts = listener.events.filter((event) =>
        JSON.stringify(event).includes('RestartApplication'),
      );
      expect(restarts).toEqual([]);
    });

    it('has nothing to do the second time, and leaves the counts alone', async () => {
      const before = (await theOperator()).task.id;
      const { code, stdout } = await install();
      expect(stdout).toContain(`nothing to do: ${GROUP} is installed and runs\n`);
      expect(stdout).not.toMatch(/creating|updating|shown this once/);
      expect(code).toBe(0);
      expect((await theOperator()).task.id).toBe(before);
    });

    it('an upgrade of the operator never overlaps itself, and carries its new policy on', async () => {
      const before = await theOperator();
      const from = listener.events.length;
      await upgrade();
      await until('another task', async () =>
        (await operatorTasks()).some(({ id }) => id !== before.task.id),
      );
      const after = await theOperator();
      await after.operator.reason(POLICY, 'Applied', 'UpToDate');
      const updates = listener.events.slice(from).filter(({ appId, eventType }) => {
        return appId === OPERATOR && eventType === 'status_update_event';
      });
      const states = updates.map(({ taskId, taskStatus }) => [taskId === before.task.id, taskStatus]);
      const gone = states.findIndex(
        ([old, status]) => old && !/RUNNING|STAGING|STARTING|KILLING/.test(String(status)),
      );
      const started = states.findIndex(([old]) => !old);
      expect(gone).toBeGreaterThanOrEqual(0);
      expect(gone).toBeLessThan(started);
    });

    it('the operator comes back when it is killed, and carries on', async () => {
      await quickAndQuiet();
      const { task } = await theOperator();
      for (const pid of processesWith('MESOS_TASK_ID', task.id)) process.kill(pid, 'SIGKILL');
      await until('another task', async () => (await operatorTasks()).some(({ id }) => id !== task.id));
      const { operator } = await theOperator();
      await consumersRise();
      await operator.reason(POLICY, 'Applied', 'UpToDate');
      expect(await operator.condition(POLICY, 'Conflict')).toMatchObject({ reason: 'NoConflict' });
    });

    it('lets only the newer of two instances write, until it is gone', async () => {
      await quickAndQuiet();
      const { task: first, operator: older } = await theOperator();
      await marathon.put(OPERATOR, { instances: 2 });
      const second = await until('a second instance', async () =>
        (await operatorTasks()).find(({ id }) => id !== first.id),
      );
      const newer = await answering(second);
      await older.reason(POLICY, 'Applied', 'Standby');
      await newer.reason(POLICY, 'Applied', 'UpToDate');
      await consumersRise();
      await consumersRest();
      const refused = await older.condition(POLICY, 'Applied');
      expect(refused?.message).toContain(`task ${second.id} of ${OPERATOR} is newer and acts`);
      const ofNewer = (await viewOf(newer)).decisions.map(({ atMs }) => ({ by: 'newer', atMs }));

      await marathon.put(OPERATOR, { instances: 1 });
      await older.reason(POLICY, 'Applied', 'UpToDate');
      await consumersRise();
      // The page is drawn a moment after the write that raised them.
      const lastOfNewer = Math.max(...ofNewer.map(({ atMs }) => atMs));
      const told = await until('the older one to tell what it did', async () => {
        const { decisions } = await viewOf(older);
        return decisions.some(({ atMs }) => atMs > lastOfNewer) ? decisions : undefined;
      });
      const ofOlder = told.map(({ atMs }) => ({ by: 'older', atMs }));
      const inTurn = [...ofOlder, ...ofNewer].sort((a, b) => a.atMs - b.atMs).map(({ by }) => by);
      const turns = inTurn.filter((by, i) => by !== inTurn[i - 1]);
      expect(turns).toEqual(['older', 'newer', 'older']);
      expect((await marathon.app(OPERATOR))?.tasksRunning).toBe(1);
    });

    it('creates again what somebody removed', async () => {
      await fetch(`${marathon.url}/v2/apps${OPERATOR}`, { method: 'DELETE' });
      await until('the operator to be gone', async () => {
        const deployments = (await (await fetch(`${marathon.url}/v2/deployments`)).json()) as unknown[];
        return (await marathon.app(OPERATOR)) === undefined && deployments.length === 0;
      });
      const { code, stdout, stderr } = await install();
      expect(code, stderr).toBe(0);
      expect(stdout).toContain(`creating ${OPERATOR}\n`);
      expect(stdout).not.toContain(`creating ${CONSUMER}`);
      await theOperator();
    });

    it('stops waiting when a person does, and says that Marathon goes on', async () => {
      await marathon.put(OPERATOR, { cmd: 'sleep 1000', healthChecks: [], instances: 1 });
      const waiting = laptop.start(
        ['install', '--marathon', marathon.url, '--group', GROUP, '--process'],
        azurite.env(QUEUE),
      );
      await printed(waiting, /operator: \d of 1 running/);
      waiting.child.kill('SIGINT');
      expect(await waiting.ended).toBe(1);
      expect(waiting.stderr()).toBe('stopped waiting; what was begun goes on in Marathon\n');
    });

    it('leaves strangers in the group alone, both coming and going', async () => {
      const guest = `${GROUP}/guest`;
      await marathon.put(guest, { cmd: 'sleep 1000', cpus: 0.01, mem: 16 });
      const { code, stdout } = await uninstall();
      expect(code).toBe(0);
      expect(stdout).toContain(`${OPERATOR}: removed\n`);
      expect(stdout).toContain(`${guest}: not made by install, it stays\n`);
      expect(await marathon.counts()).toEqual({ [guest]: 1 });
      expect(processesWith('MARATHON_APP_ID', OPERATOR)).toEqual([]);

      await marathon.put(PRODUCER, { cmd: 'sleep 1000', cpus: 0.01, mem: 16 });
      const refused = await install();
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain(`${PRODUCER} exists and was not made by install`);
      expect(await marathon.counts()).toEqual({ [guest]: 1, [PRODUCER]: 1 });
      for (const id of [guest, PRODUCER]) await fetch(`${marathon.url}/v2/apps${id}`, { method: 'DELETE' });
      expect((await uninstall()).stdout).toContain(`${GROUP}: group removed\n`);
      expect((await uninstall()).stdout).toBe(`nothing to do: ${GROUP} is not installed\n`);
    });
  });
});
