import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../src/runtime/clock.ts';
import { endpointOf, watched } from '../../../../src/schedulers/marathon/http/calls.ts';
import { NoAnswer } from '../../../../src/schedulers/marathon/http/transport.ts';
import type { SchedulerCall } from '../../../../src/schedulers/scheduler.ts';

const request = { method: 'PUT', path: '/v2/apps/shop/till' } as const;
const answer = (status: number) => ({ status, text: '', origin: 'http://m1:8080' });

describe('the outcome of an exchange', () => {
  it.each([
    ['200', () => Promise.resolve(answer(200)), 'ok'],
    ['404', () => Promise.resolve(answer(404)), 'refused'],
    ['409', () => Promise.resolve(answer(409)), 'conflict'],
    ['502', () => Promise.resolve(answer(502)), 'error'],
    ['no answer', () => Promise.reject(new NoAnswer('gone', { sent: true })), 'unreachable'],
    ['the end of the process', () => Promise.reject(new Error('stopping')), 'aborted'],
  ] as const)('%s', async (_name, exchange, outcome) => {
    const clock = new VirtualClock(0);
    const calls: SchedulerCall[] = [];
    const slow = async () => {
      await clock.sleep(30);
      return await exchange();
    };
    const watch = { clock, onCall: (call: SchedulerCall) => calls.push(call) };
    const settled = Promise.allSettled([watched(request, slow, watch), exchange()]);
    await clock.advance(30);
    const [seen, direct] = await settled;
    expect(seen).toEqual(direct);
    expect(calls).toEqual([{ method: 'PUT', endpoint: 'app', outcome, durationMs: 30 }]);
  });
});

describe('the class of an endpoint', () => {
  it.each([
    ['/v2/apps', 'apps'],
    ['/v2/apps/shop/till', 'app'],
    ['/v2/apps/shop/till/tasks', 'tasks'],
    ['/v2/apps/shop/tasks-of-mine', 'app'],
    ['/v2/tasks/delete', 'tasks'],
    ['/v2/groups/shop', 'groups'],
    ['/v2/queue', 'queue'],
    ['/v2/deployments/a-b-c', 'deployments'],
    ['/v2/info', 'info'],
    ['/help', 'other'],
  ] as const)('%s is %s', (path, endpoint) => {
    expect(endpointOf(path)).toBe(endpoint);
  });
});
