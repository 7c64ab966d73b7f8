import { describe, expect, it } from 'vitest';
import { type Bench, inParts } from '../../../bench/command/bench.ts';
import { BENCHES } from '../../../bench/command/benches.ts';
import { benchesOf, helpText, runBenches } from '../../../bench/command/run.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';

const figure = { name: 'speed', value: 3, unit: 'ms', limit: 5, note: 'of two' };

function aBench(name: string, more: Partial<Bench> = {}): Bench {
  return {
    name,
    help: `measures ${name}`,
    byDefault: true,
    run: async () => ({ figures: [figure] }),
    ...more,
  };
}

async function run(benches: readonly Bench[], json = false) {
  const written: string[] = [];
  const isComplete = await runBenches(
    benches,
    { json },
    {
      clock: new VirtualClock(),
      machine: () => ({ cores: 2, load: 0.5 }),
      stdout: (text) => void written.push(`out ${text}`),
      stderr: { isTty: false, write: (text) => void written.push(`err ${text}`) },
    },
  );
  return { isComplete, written };
}

describe('the benches that are run', () => {
  const all = [aBench('one'), aBench('two', { byDefault: false }), aBench('three')];

  it.each([
    ['those by default where none is named', [], ['one', 'three']],
    ['one that is named', ['two'], ['two']],
    ['several, in the order of the table', ['three', 'two'], ['two', 'three']],
  ])('%s', (_, names, run) => {
    expect(benchesOf(names, all).map(({ name }) => name)).toEqual(run);
  });

  it('are none when one name is not known, and the known ones are said', () => {
    expect(() => benchesOf(['one', 'tow'], all)).toThrow('no bench is named tow; there are one, two, three');
  });

  it('are all in the help, by names that are unique', () => {
    const names = BENCHES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, help } of BENCHES)
      expect(helpText(BENCHES)).toContain(`  ${name.padEnd(10)} ${help}\n`);
  });
});

describe('a run', () => {
  it('says what it measures before it measures, and prints each result as its bench ends', async () => {
    const two = aBench('two', {
      run: async (_, step) => {
        step('its second part');
        return { own: { text: 'a table', data: [] } };
      },
    });
    expect((await run([aBench('one'), two])).written).toEqual([
      'out 2 cores, load 0.5\n',
      'err 0:00  bench 1 of 2, one\n',
      expect.stringMatching(/^out \nspeed +3 ms {2}at most 5 ms: reached +\(of two\)\n$/),
      'err 0:00  bench 2 of 2, two\n',
      'err 0:00  bench 2 of 2, two: its second part\n',
      'out \na table\n',
    ]);
  });

  it('prints one JSON document for all', async () => {
    const own = aBench('own', { run: async () => ({ own: { text: '', data: [1] } }) });
    const { written } = await run([aBench('one'), own], true);
    const [document, ...others] = written.filter((text) => text.startsWith('out '));
    expect(others).toEqual([]);
    expect(JSON.parse(document?.slice(4) ?? '')).toEqual({
      machine: { cores: 2, load: 0.5 },
      rows: [],
      reach: [{ ...figure, reached: true }],
      own: [1],
    });
  });

  it('keeps what other parts of a bench have found when one of them fails', async () => {
    const parts = {
      first: async () => [figure],
      second: () => Promise.reject(new Error('no API')),
      third: async () => [{ ...figure, name: 'memory' }],
    };
    const { isComplete, written } = await run([aBench('parts', { run: () => inParts(parts) })]);
    expect(isComplete).toBe(false);
    expect(written).toContain('err parts failed: second: no API\n');
    expect(written.join('')).toMatch(/speed.*\nmemory/);
  });

  it('goes on after a bench that failed, and tells of it', async () => {
    const broken = aBench('broken', { run: () => Promise.reject(new Error('no Marathon')) });
    const { isComplete, written } = await run([broken, aBench('one')]);
    expect(isComplete).toBe(false);
    expect(written).toContain('err broken failed: no Marathon\n');
    expect(written.at(-1)).toMatch(/^out \nspeed/);
  });
});
