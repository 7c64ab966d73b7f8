import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Action, actionAt, actionText, BAD_EDIT, edited } from '../../../bench/soak/actions.ts';
import { processOf, sizesIn } from '../../../bench/soak/demo-process.ts';
import { judge, judgedTable, type Sample } from '../../../bench/soak/measures.ts';
import { type SoakedWorld, soak } from '../../../bench/soak/soak.ts';
import { loadPolicies } from '../../../src/app/policies/schema.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { ROOT } from '../../support/programs/command.ts';

const MINUTES_10 = 600_000;
const POLICY = readFileSync(join(ROOT, 'specs/policies/queue-demo.yaml'), 'utf8');

function aSample(atS: number, heapMb = 60): Sample {
  return { atS, heapMb, rssMb: 150, handles: 40, resources: 30, storeMb: 0.2, recordMb: atS / 1_000 };
}

class FakeWorld implements SoakedWorld {
  readonly performed: Action[] = [];
  fails: (action: Action) => boolean = () => false;
  heapAt = (_atS: number): number => 60;

  perform = async (action: Action): Promise<void> => {
    this.performed.push(action);
    if (this.fails(action)) throw new Error('the policy is paused');
  };
  measure = async (atS: number): Promise<Sample> => aSample(atS, this.heapAt(atS));
}

async function run(world: SoakedWorld, { seed = 1, stopMs }: { seed?: number; stopMs?: number } = {}) {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const said: string[] = [];
  const deps = { clock, say: (doing: string) => void said.push(doing) };
  const soaked = soak(world, { forMs: MINUTES_10, seed }, deps, stop.signal);
  await clock.advance(stopMs ?? MINUTES_10 + 1);
  stop.abort(new Error('interrupted'));
  return { ...(await soaked), said };
}

describe('a soak', () => {
  it('disturbs every few seconds, by the seed, and says each', async () => {
    const [one, again, other] = [new FakeWorld(), new FakeWorld(), new FakeWorld()];
    const { actions, said } = await run(one);
    await run(again);
    await run(other, { seed: 2 });
    expect(actions).toBeGreaterThan(MINUTES_10 / 6_000 - 1);
    expect(actions).toBeLessThan(MINUTES_10 / 2_000);
    expect(said).toEqual(one.performed.map(actionText));
    expect(again.performed).toEqual(one.performed);
    expect(other.performed).not.toEqual(one.performed);
  });

  it('measures from the beginning to the end', async () => {
    const { samples } = await run(new FakeWorld());
    expect(samples.length).toBeGreaterThan(250);
    expect(samples[0]?.atS).toBe(0);
    expect(samples.at(-1)?.atS).toBeGreaterThan(597);
  });

  it('goes on after a disturbance that was refused', async () => {
    const world = new FakeWorld();
    world.fails = ({ kind }) => kind === 'override';
    const { actions, refused } = await run(world);
    expect(refused.length).toBe(world.performed.filter(({ kind }) => kind === 'override').length);
    expect(refused.length).toBeLessThan(actions);
    expect(refused[0]).toMatch(/^override: .* for \d+ s: the policy is paused$/);
  });

  it('ends early with what it has', async () => {
    const { samples } = await run(new FakeWorld(), { stopMs: 60_000 });
    expect(samples.at(-1)?.atS).toBeGreaterThan(55);
    expect(samples.at(-1)?.atS).toBeLessThanOrEqual(60);
  });

  it('throws what keeps the world from being measured', async () => {
    const world = new FakeWorld();
    world.measure = () => Promise.reject(new Error('the demo ended'));
    const clock = new VirtualClock();
    const soaked = soak(
      world,
      { forMs: 1_000, seed: 1 },
      { clock, say: () => undefined },
      new AbortController().signal,
    );
    await expect(soaked).rejects.toThrow('the demo ended');
  });
});

describe('what a soak says', () => {
  const verdicts = async (heapAt: (atS: number) => number) => {
    const world = new FakeWorld();
    world.heapAt = heapAt;
    return judge((await run(world)).samples);
  };

  it('is that nothing grows, where only the record does as it may', async () => {
    const judged = await verdicts((atS) => 60 + (atS % 20));
    expect(judged.map(({ grows }) => grows)).toEqual([false, false, false, false, false, false]);
    expect(judgedTable(judged).split('\n')).toHaveLength(7);
  });

  it('is that memory grows by more than a tenth', async () => {
    const judged = await verdicts((atS) => 60 + (atS % 20) + atS / 30);
    expect(judged.filter(({ grows }) => grows === true).map(({ name }) => name)).toEqual(['heap, MB']);
    expect(judgedTable(judged)).toMatch(/^heap, MB .* GROWS$/m);
  });
});

describe('the disturbances', () => {
  const many = Array.from({ length: 300 }, (_, n) => actionAt(5, n));

  it('are of every kind', () => {
    expect(new Set(many.map(({ kind }) => kind))).toEqual(
      new Set(['edit', 'bad edit', 'override', 'pause', 'fault']),
    );
  });

  it('edit the policy of the demo to one that is valid', () => {
    for (const action of many) {
      if (action.kind !== 'edit') continue;
      const { resources, problems } = loadPolicies(edited(POLICY, action.edit), 'soak');
      expect(problems).toEqual([]);
      expect(JSON.stringify(resources)).toContain(`"queueLength":${action.edit.queueLength}`);
      expect(JSON.stringify(resources)).toContain(`"slots":${action.edit.slots}`);
    }
  });

  it('have one document that is refused', () => {
    expect(loadPolicies(BAD_EDIT, 'soak').problems).not.toEqual([]);
  });
});

describe('what is read of the demo', () => {
  it('is what it says of its process', () => {
    const metrics = `process_resident_memory_bytes 1.048576e+8
nodejs_heap_size_used_bytes 52428800
process_open_fds 41
nodejs_active_resources{type="Timeout"} 5
nodejs_active_resources_total 17
`;
    expect(processOf(metrics)).toEqual({ heapMb: 50, rssMb: 100, handles: 41, resources: 17 });
    expect(processOf('').heapMb).toBeNaN();
  });

  it('is the store, apart from the record in a folder below it', () => {
    const dir = mkdtempSync(join(tmpdir(), 'soak-test-'));
    try {
      mkdirSync(join(dir, 'demo/data/record'), { recursive: true });
      writeFileSync(join(dir, 'demo/data/store.db'), Buffer.alloc(2 * 1_024 * 1_024));
      writeFileSync(join(dir, 'demo/data/record/1'), Buffer.alloc(1_024 * 1_024));
      writeFileSync(join(dir, 'demo/other'), 'x');
      expect(sizesIn(dir)).toEqual({ storeMb: 2, recordMb: 1 });
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
