import { describe, expect, it } from 'vitest';
import { PretendTasks } from '../../../bench/reality/tasks.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';

function world() {
  const clock = new VirtualClock(0);
  const heard: string[] = [];
  const tasks = new PretendTasks(clock, 500, {
    started: (app, task, { host, port }) => heard.push(`${app} ${task} started at ${host}:${port}`),
    stopping: (app, task) => heard.push(`${app} ${task} stopping`),
  });
  const start = (taskId: string) =>
    tasks.start({
      taskId,
      argv: ['work'],
      env: { MARATHON_APP_ID: '/consumer', HOST: '127.0.0.2', PORT0: '31005' },
    });
  return { clock, heard, tasks, start };
}

describe('a task that is no process', () => {
  it('serves until it is asked to stop, and is gone when its stop delay is over', async () => {
    const { clock, heard, start } = world();
    const task = await start('t-1');
    let exit: unknown;
    void task.exited.then((how) => {
      exit = how;
    });
    expect(task.signal('SIGTERM')).toBe(true);
    expect(task.signal('SIGTERM')).toBe(true);
    expect(heard).toEqual(['/consumer t-1 started at 127.0.0.2:31005', '/consumer t-1 stopping']);
    await clock.advance(499);
    expect(exit).toBeUndefined();
    await clock.advance(1);
    expect(exit).toEqual({ code: 0, signal: null });
    expect(task.signal('SIGTERM')).toBe(false);
  });

  it('is gone at once when it is killed', async () => {
    const { heard, start } = world();
    const task = await start('t-1');
    task.signal('SIGKILL');
    expect(await task.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(heard.at(-1)).toBe('/consumer t-1 stopping');
  });

  it('ends with the server', async () => {
    const { tasks, start } = world();
    const running = await Promise.all([start('t-1'), start('t-2')]);
    expect(await tasks.close()).toBe(0);
    expect(await Promise.all(running.map(({ exited }) => exited))).toHaveLength(2);
  });
});
