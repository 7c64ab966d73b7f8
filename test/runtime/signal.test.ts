import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { rootSignal, Shutdown, type SignalProcess } from '../../src/runtime/signal.ts';

class FakeProcess extends EventEmitter implements SignalProcess {
  exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

describe('root signal', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('is aborted by %s with a reason', (name) => {
    const target = new FakeProcess();
    const { signal } = rootSignal(target);
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
  ])('after %s exits at once on %s with %i', (first, second, code) => {
    const target = new FakeProcess();
    const { signal } = rootSignal(target);
    target.emit(first);
    target.emit(second);
    expect(target.exits).toEqual([code]);
    expect(signal.reason.message).toBe(`received ${first}`);
  });

  it('lets the first signal after another kind of shutdown end in order', () => {
    const target = new FakeProcess();
    const root = rootSignal(target);
    root.shutdown('npm is gone');
    root.shutdown('again');
    target.emit('SIGINT');
    expect(root.signal.reason.message).toBe('npm is gone');
    expect(target.exits).toEqual([]);
  });

  it('gives the signals back', () => {
    const target = new FakeProcess();
    const root = rootSignal(target);
    root.dispose();
    expect(target.eventNames()).toEqual([]);
  });
});
