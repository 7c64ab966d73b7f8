import { describe, expect, it } from 'vitest';
import { Instances } from '../../../src/simulator/world/instances.ts';

const delays = { startMs: 2_000, stopMs: 500 };

function counts(i: Instances): object {
  return { running: i.running, staging: i.staging, killing: i.killing, waiting: i.waiting, held: i.held };
}

describe('instances', () => {
  it('wait for a slot, start, and run after the start delay', () => {
    const app = new Instances(delays, 2);
    app.scale(5, 0);
    expect(counts(app)).toEqual({ running: 2, staging: 0, killing: 0, waiting: 3, held: 2 });
    app.launch(2, 100);
    expect(counts(app)).toEqual({ running: 2, staging: 2, killing: 0, waiting: 1, held: 4 });
    app.ripen(2_000);
    expect(app.running).toBe(2);
    app.ripen(2_100);
    expect(counts(app)).toEqual({ running: 4, staging: 0, killing: 0, waiting: 1, held: 4 });
    expect(app.moving).toBe(true);
  });

  it('serve once they are warm, and the youngest of those that are not go first', () => {
    const app = new Instances({ ...delays, warmUpMs: 3_000 }, 2);
    app.scale(5, 0);
    app.launch(3, 0);
    app.ripen(2_000);
    expect([app.running, app.serving]).toEqual([5, 2]);
    app.scale(4, 2_500);
    expect([app.running, app.serving]).toEqual([4, 2]);
    app.ripen(4_999);
    expect(app.serving).toBe(2);
    app.ripen(5_000);
    expect(app.serving).toBe(4);
    app.scale(1, 5_100);
    expect([app.running, app.serving]).toEqual([1, 1]);
  });

  it('hold their slots until they are gone', () => {
    const app = new Instances(delays, 5);
    app.scale(2, 0);
    expect(counts(app)).toEqual({ running: 2, staging: 0, killing: 3, waiting: 0, held: 5 });
    app.ripen(499);
    expect(app.held).toBe(5);
    app.ripen(500);
    expect(app.held).toBe(2);
    expect(app.moving).toBe(false);
  });

  it('are taken youngest first: waiting, then starting, then running', () => {
    const app = new Instances(delays, 2);
    app.scale(8, 0);
    app.launch(2, 0);
    app.launch(2, 300);
    app.scale(7, 400);
    expect(counts(app)).toMatchObject({ staging: 4, waiting: 1, killing: 0 });
    app.scale(3, 500);
    expect(counts(app)).toMatchObject({ running: 2, staging: 1, waiting: 0, killing: 3 });
    app.scale(1, 600);
    expect(counts(app)).toMatchObject({ running: 1, staging: 0, killing: 5 });
  });

  it('come back with a new start when a fall is taken back', () => {
    const app = new Instances(delays, 4);
    app.scale(1, 0);
    app.scale(4, 100);
    expect(counts(app)).toEqual({ running: 1, staging: 0, killing: 3, waiting: 3, held: 4 });
  });
});
