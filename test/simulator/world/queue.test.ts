import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { curveOf } from '../../../src/simulator/load/curve.ts';
import { demandOf } from '../../../src/simulator/load/demand.ts';
import { Queue } from '../../../src/simulator/world/queue.ts';
import { plainDemand } from '../worlds.ts';

const clockwork = { serviceRate: 5, serviceSpread: 0, heldPerInstance: 1 };

describe('queue', () => {
  it('works off five messages a second per instance, whole ones', () => {
    const queue = new Queue(plainDemand([20, 0, 0, 0, 0]), clockwork);
    const left = [0, 1, 2, 3, 4].map((k) => {
      queue.step(k, 3);
      return queue.total;
    });
    // 3 instances do 1.5 messages a step: 1, 2, 1, 2.
    expect(left).toEqual([20, 19, 17, 16, 14]);
  });

  it('shows what instances hold as in flight and the rest as waiting', () => {
    const queue = new Queue(plainDemand([20]), { ...clockwork, heldPerInstance: 4 });
    queue.step(0, 3);
    expect([queue.total, queue.inFlight, queue.waiting]).toEqual([20, 12, 8]);
  });

  it('lets nobody gather work while there is none', () => {
    const queue = new Queue(plainDemand([...new Array(50).fill(0), 10, 0]), clockwork);
    for (let k = 0; k < 51; k++) queue.step(k, 4);
    queue.step(51, 4);
    expect(queue.done).toBe(2);
  });

  it('follows the service rate of the curve', () => {
    const slow = plainDemand([20, 0, 0], { service: Float64Array.of(1, 0.5, 0.5) });
    const queue = new Queue(slow, clockwork);
    for (let k = 0; k < 3; k++) queue.step(k, 4);
    expect(queue.done).toBe(2);
  });

  it('keeps λ/μ messages in flight while instances are plenty (Little)', () => {
    const demand = demandOf(
      curveOf(600, () => 60),
      7,
    );
    const queue = new Queue(demand, { ...clockwork, serviceSpread: 1 });
    let sum = 0;
    for (let k = 0; k < 6000; k++) {
      queue.step(k, 40);
      sum += queue.inFlight;
    }
    expect(sum / 6000).toBeGreaterThan(11.4);
    expect(sum / 6000).toBeLessThan(12.6);
  });

  it('loses and invents no message, whatever the load and the instances', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ arrivals: fc.nat(200), ready: fc.nat(50) }), { minLength: 1, maxLength: 80 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(),
        (rounds, serviceSpread, seed) => {
          const noise = demandOf(
            curveOf(rounds.length / 10, () => 10),
            seed,
          );
          const demand = { ...noise, arrivals: Float64Array.from(rounds, (r) => r.arrivals) };
          const queue = new Queue(demand, { ...clockwork, serviceSpread });
          let done = 0;
          rounds.forEach(({ ready }, k) => {
            queue.step(k, ready);
            expect(queue.arrived).toBe(queue.done + queue.inFlight + queue.waiting);
            expect(queue.done).toBeGreaterThanOrEqual(done);
            expect(Math.min(queue.waiting, queue.inFlight)).toBeGreaterThanOrEqual(0);
            expect(queue.inFlight).toBeLessThanOrEqual(ready);
            done = queue.done;
          });
        },
      ),
      { numRuns: 500 },
    );
  });
});
