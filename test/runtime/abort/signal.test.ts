import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { rootSignal, Shutdown, type SignalProcess } from '../../../src/runtime/abort/signal.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';

class FakeProcess extends EventEmitter implements SignalProcess {
  exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

describe('root signal', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('is aborted by %s with a reason', (name) => {
    const target = new FakeProcess();
    const signal = rootSignal({ target });
    expect(signal.aborted).toBe(false);
    target.emit(name);
    expect(signal.reason).toBeInstanceOf(Shutdown);
    expect(signal.reason.message).toBe(`received ${name}`);
    expect(target.exits).toEqual([]);
  });

  it.each([
    ['SIGINT', 'SIGINT', 130],
    ['SIGINT', 'SIGTERM', 143],
    ['SIGTERM', 'SIGINT', 130],
  ])('after %s exits at once on a later %s with %i', async (first, second, code) => {
    const target = new FakeProcess();
    const clock = new VirtualClock();
    const signal = rootSignal({ target, clock });
    target.emit(first);
    await clock.advance(501);
    target.emit(second);
    expect(target.exits).toEqual([code]);
    expect(signal.reason.message).toBe(`received ${first}`);
  });

  it('takes the echo of one keystroke, as npm passes it on, for one signal', async () => {
    const target = new FakeProcess();
    const clock = new VirtualClock();
    rootSignal({ target, clock });
    target.emit('SIGINT');
    await clock.advance(500);
    target.emit('SIGINT');
    expect(target.exits).toEqual([]);
  });

  it('is aborted by the end of npm, and then lets a first signal pass', () => {
    const target = new FakeProcess();
    let gone: (why: string) => void = () => undefined;
    const watchNpm = (onGone: (why: string) => void): void => {
      gone = onGone;
    };
    const signal = rootSignal({ target, watchNpm, startedByNpm: true });
    expect(signal.aborted).toBe(false);
    gone('npm is gone');
    target.emit('SIGINT');
    expect(signal.reason).toBeInstanceOf(Shutdown);
    expect(signal.reason.message).toBe('npm is gone');
    expect(target.exits).toEqual([]);
  });

  it.each([{}, { startedByNpm: false }])('watches no parent without npm: %j', (options) => {
    let watched = 0;
    const watchNpm = (): void => {
      watched += 1;
    };
    rootSignal({ target: new FakeProcess(), watchNpm, ...options });
    expect(watched).toBe(0);
  });
});
