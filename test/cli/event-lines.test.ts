// cli: events as rows.

import { expect, it } from 'vitest';
import type { EventObject } from '../../src/cli/client/policy-object.ts';
import { eventTable, noEventsText } from '../../src/cli/output/event-lines.ts';

const SECOND = '2026-01-01T00:00:00Z';

function event(reason: string, resourceVersion: string, lastTimestamp = SECOND): EventObject {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: reason, namespace: 'default', uid: reason, resourceVersion },
    involvedObject: { kind: 'MicroscalingPolicy', namespace: 'default', name: 'shop' },
    type: 'Normal',
    reason,
    message: '',
    lastTimestamp,
  } as EventObject;
}

it('shows the oldest event first, and within a second the first recorded', () => {
  const events = [
    event('Third', '10'),
    event('Fourth', '4', '2026-01-01T00:00:01Z'),
    event('First', '8'),
    event('Second', '9'),
  ];
  const lines = eventTable(events, Date.parse(SECOND)).split('\n').slice(1);
  expect(lines.filter((line) => line !== '').map((line) => line.split(/ +/)[2])).toEqual([
    'First',
    'Second',
    'Third',
    'Fourth',
  ]);
});

it.each([
  { of: {}, command: 'explain NAME --at 2026-01-01T00:00:00.000Z' },
  { of: { namespace: 'default', name: 'shop' }, command: 'explain shop --at 2026-01-01T00:00:00.000Z' },
  {
    of: { namespace: 'north', name: 'shop', data: '/var/lib/m' },
    command: 'explain north/shop --at 2026-01-01T00:00:00.000Z --data /var/lib/m',
  },
])('names the command that says more where there are none: $command', ({ of, command }) => {
  const toMs = Date.parse(SECOND);
  const asked = { namespace: undefined, name: undefined, data: undefined, ...of };
  expect(noEventsText({ fromMs: toMs - 60_000, toMs }, asked)).toMatch(
    new RegExp(`: microscaling ${command}$`),
  );
});
