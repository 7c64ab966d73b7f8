// cli: events as rows.

import { expect, it } from 'vitest';
import type { EventObject } from '../../src/cli/client/policy-object.ts';
import { eventTable } from '../../src/cli/output/event-lines.ts';

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
