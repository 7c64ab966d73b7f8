import { describe, expect, it } from 'vitest';
import { WriteGate } from '../../../src/controller/round/write-backoff.ts';
import type { Change } from '../../../src/core/change.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import {
  TerminalError,
  TransientError,
  UnresolvedReference,
  WaitError,
} from '../../../src/runtime/errors.ts';
import { observed } from '../../support/builders.ts';

function scale(to: number, reason = ''): Change {
  return { kind: 'scale', app: '/a', from: 1, to, reason };
}

function aGate() {
  const clock = new VirtualClock();
  return { clock, gate: new WriteGate({ clock, random: () => 0 }) };
}

const lock = { operations: [{ id: 'd', affectedApps: ['/a'], kinds: ['Stop' as const] }] };
const free = observed(1, { id: '/a' });
const locked = observed(1, { id: '/a', ...lock });

describe('write back-off', () => {
  it('is open before anything failed, and for other apps and kinds', () => {
    const { gate } = aGate();
    expect(gate.check(scale(2))).toBeUndefined();
    gate.failed(scale(2), new TransientError('503'));
    expect(gate.check({ ...scale(2), app: '/b' })).toBeUndefined();
    expect(gate.check({ kind: 'adopt', app: '/a', reason: '' })).toBeUndefined();
  });

  it('backs off from a Marathon that is not well, whatever the count', async () => {
    const { clock, gate } = aGate();
    gate.failed(scale(2), new TransientError('503'));
    expect(gate.check(scale(3))).toMatchObject({ obstacle: 'unavailable', message: '503' });
    await clock.advance(1_000);
    expect(gate.check(scale(3))).toBeUndefined();
    gate.failed(scale(3), new TransientError('503'));
    await clock.advance(1_000);
    expect(gate.check(scale(3))).toBeDefined();
    gate.passed(scale(3));
    expect(gate.check(scale(3))).toBeUndefined();
  });

  it('does not come back before the other side said, and not sooner than by itself', async () => {
    const { clock, gate } = aGate();
    gate.failed(scale(2), new TransientError('429', { retryAfterMs: 20_000 }));
    await clock.advance(19_999);
    expect(gate.check(scale(2))).toMatchObject({ obstacle: 'unavailable' });
    await clock.advance(1);
    expect(gate.check(scale(2))).toBeUndefined();
    gate.passed(scale(2));
    gate.failed(scale(2), new TransientError('429', { retryAfterMs: 1 }));
    await clock.advance(1);
    expect(gate.check(scale(2))).toBeDefined();
  });

  it('waits for a lock as long as the error says, or until the lock is seen gone', async () => {
    const { clock, gate } = aGate();
    gate.failed(scale(2), new WaitError('locked by d', 5_000));
    gate.look(free);
    expect(gate.check(scale(2))).toMatchObject({ obstacle: 'locked' });
    gate.look(locked);
    expect(gate.check(scale(2))).toBeDefined();
    gate.look(free);
    expect(gate.check(scale(2))).toBeUndefined();
    gate.failed(scale(2), new WaitError('locked by d', 5_000));
    await clock.advance(5_000);
    expect(gate.check(scale(2))).toBeUndefined();
  });

  it('asks soon again for a value that could not be had, and at once for another one', async () => {
    const { clock, gate } = aGate();
    gate.failed(scale(2), new UnresolvedReference('KEY is not set'));
    expect(gate.check(scale(2))).toMatchObject({ obstacle: 'unresolved', message: 'KEY is not set' });
    expect(gate.check(scale(3))).toBeUndefined();
    await clock.advance(1_000);
    expect(gate.check(scale(2))).toBeUndefined();
  });

  it('does not repeat what was refused, but lets something else pass, and tries again slowly', async () => {
    const { clock, gate } = aGate();
    gate.failed(scale(2), new TerminalError('not valid'));
    expect(gate.check(scale(2, 'other words'))).toMatchObject({ obstacle: 'refused' });
    expect(gate.check(scale(3))).toBeUndefined();
    await clock.advance(60_000);
    expect(gate.check(scale(2))).toBeUndefined();
  });

  it('does not send an update again and again that Marathon takes and does not keep', async () => {
    const { clock, gate } = aGate();
    const update = (field: string, supersedes = ''): Change => ({
      kind: 'update',
      supersedes,
      app: '/a',
      definition: { [field]: 1 },
      envFrom: [],
      fields: [{ field, before: undefined, after: 1 }],
      reason: '',
    });
    gate.passed(update('networks'));
    expect(gate.check(update('networks', 'd'))).toMatchObject({
      obstacle: 'unkept',
      message: expect.stringContaining('still shows another networks'),
    });
    expect(gate.check(update('cmd'))).toBeUndefined();
    await clock.advance(5_000);
    expect(gate.check(update('networks'))).toBeUndefined();
    gate.passed(update('networks'));
    await clock.advance(5_000);
    expect(gate.check(update('networks'))).toBeDefined();
    gate.settled('/a');
    expect(gate.check(update('networks'))).toBeUndefined();
  });
});
