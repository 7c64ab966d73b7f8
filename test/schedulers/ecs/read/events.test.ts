import { expect, it } from 'vitest';
import { eventsOf } from '../../../../src/schedulers/ecs/read/events.ts';

const events = (...messages: readonly string[]) =>
  messages.map((message, i) => ({ id: `e${i}`, message, createdAt: new Date(0) }));

it.each([
  [
    '(service worker) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 0a1b) has insufficient memory available. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.',
    'NoRoom',
    'was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 0a1b) has insufficient memory available.',
  ],
  [
    '(service worker) was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were found in your cluster.',
    'NoRoom',
    'was unable to place a task because',
  ],
  [
    '(service worker) was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone.',
    'NoRoom',
    'Capacity is unavailable',
  ],
  [
    '(service worker) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 0a1b) is missing an attribute required by your task.',
    'NotPlaced',
    'is missing an attribute',
  ],
  [
    "(service worker) was unable to place a task. Reason: You've reached the limit on the number of vCPUs you can run concurrently.",
    'Quota',
    'reached the limit',
  ],
  [
    '(service worker) (deployment ecs-svc/1) is unable to consistently start tasks successfully.',
    'BackingOff',
    'is unable to consistently start tasks',
  ],
])('reads %j as %s', (message, reason, text) => {
  const { troubles } = eventsOf(events(message));
  expect(troubles).toEqual([{ reason, text: expect.stringContaining(text) }]);
  expect(troubles[0]?.text).not.toMatch(/^\(service|For more information/);
});

it('counts only what was said since the last steady state, each once, newest first', () => {
  const room = '(service w) was unable to place a task because it has insufficient CPU units available.';
  const { troubles, newestEvent } = eventsOf(
    events(
      '(service w) has started 1 tasks: (task 1).',
      '(service w) is unable to consistently start tasks successfully.',
      room,
      room,
      '(service w) has reached a steady state.',
      '(service w) was unable to place a task. Reason: the past.',
    ),
  );
  expect(troubles.map(({ reason }) => reason)).toEqual(['BackingOff', 'NoRoom']);
  expect(newestEvent).toBe('e0');
});

it('knows of no trouble without events', () => {
  expect(eventsOf([])).toEqual({ troubles: [] });
});
