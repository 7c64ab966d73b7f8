import { describe, expect, it } from 'vitest';
import { Signals } from '../../../src/runtime/work/signals.ts';

interface Two {
  readonly counted: number;
  readonly ended: undefined;
}

function world(): { signals: Signals<Two>; received: string[]; connect: () => void } {
  const signals = new Signals<Two>();
  const received: string[] = [];
  const connect = (): void =>
    signals.connect({
      counted: (n) => received.push(`counted ${n}`),
      ended: () => received.push('ended'),
    });
  return { signals, received, connect };
}

describe('Signals', () => {
  it('delivers each signal to its receiver at once and in the order of sending', () => {
    const { signals, received, connect } = world();
    const counted = signals.sender('counted');
    const ended = signals.sender('ended');
    connect();
    counted(1);
    ended();
    counted(2);
    expect(received).toEqual(['counted 1', 'ended', 'counted 2']);
  });

  it('names a signal that is sent before anything receives it', () => {
    const { signals, received } = world();
    expect(() => signals.sender('counted')(1)).toThrow('counted was sent before anything receives it');
    expect(received).toEqual([]);
  });

  it('passes on what a receiver throws', () => {
    const signals = new Signals<Pick<Two, 'ended'>>();
    signals.connect({
      ended: () => {
        throw new Error('refused');
      },
    });
    expect(() => signals.sender('ended')()).toThrow('refused');
  });
});
