import { expect, it } from 'vitest';
import type { TaskObservation } from '../../../src/core/observation.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { askWhoIsIdle } from '../../../src/schedulers/idle/ask.ts';
import { IdleSilence } from '../../../src/schedulers/idle/silence.ts';

const never = new AbortController().signal;
const probe = { path: '/busy', portIndex: 0, within: '200ms' } as const;

it('is said once an app, until somebody has answered, and not of what only starts', async () => {
  const said: unknown[] = [];
  const silence = new IdleSilence({ warn: (text, fields) => said.push([text.slice(0, 37), fields]) });
  const words = new Map<string, string>();
  const ask = async (url: string): Promise<string> => {
    const word = words.get(new URL(url).hostname);
    if (word === undefined) throw new Error('connection refused');
    return word;
  };
  const question = async (app: string, phase: TaskObservation['phase'] = 'running'): Promise<number> => {
    const tasks: readonly TaskObservation[] = [
      { id: 'a', phase, host: app, ports: [1] },
      { id: 'b', phase, host: app },
    ];
    const deps = { clock: new VirtualClock(0), ask, onAnswers: silence.of(app) };
    await askWhoIsIdle(tasks, probe, deps, never);
    return said.length;
  };
  expect(await question('shop', 'staging')).toBe(0);
  expect([await question('shop'), await question('shop'), await question('mail')]).toEqual([1, 1, 2]);
  words.set('shop', 'busy');
  expect(await question('shop')).toBe(2);
  words.clear();
  expect(await question('shop')).toBe(3);
  expect(said).toEqual(
    ['shop', 'mail', 'shop'].map((app) => ['no instance says whether it is idle, ', { app }]),
  );
});
