// Every trouble with every source there is: what is said, that no number is made up, and that the source comes back by itself.

import { expect, it } from 'vitest';
import type { MetricReading } from '../../../src/core/observation.ts';
import type { MetricSource } from '../../../src/metric-sources/source.ts';
import { until } from '../../support/until.ts';
import { type FakeValues, fakeValues } from '../../support/values.ts';
import { never, ok, reasonOf, sourceOf } from '../servers.ts';
import { ASKING } from './readme-examples.ts';
import { STAND_INS } from './stand-ins/index.ts';
import {
  type Cannot,
  type Running,
  type StandIn,
  tcp,
  WITHOUT_END_BYTES,
  type World,
} from './stand-ins/world.ts';

/** Of a SAS it is a part, and looks like the rest of one. */
const [OLD, NEW] = ['sig=0ldpassw0rd', 'sig=n3wpassw0rd'];

interface Scene {
  readonly world: World;
  readonly values: FakeValues;
  readonly source: MetricSource;
  readonly running: Running;
  restart(): Promise<void>;
}

/** A server that is well, and a source that has read it. */
async function scene(type: string, { block, start }: StandIn): Promise<Scene> {
  const world: World = {
    waiting: '5',
    password: OLD,
    mayRead: true,
    hasQueue: true,
    found: 1,
    answers: 'Well',
  };
  const running = await start(world);
  const values = fakeValues({ PASSWORD: OLD });
  const source = sourceOf({ [type]: block(running.address) }, { values });
  expect(ok(await source.read(never)).waiting).toBe(5);
  const port = Number(running.address.split(':')[1]);
  return { world, values, source, running, restart: async () => void (await start(world, port)) };
}

/** Connections that a server has ended are found to be so a moment later, and gRPC waits before it connects again. */
async function readAgain(source: MetricSource): Promise<void> {
  const reading = await until('it to be read again', async () => {
    const each = await source.read(never);
    return each.state === 'ok' && each;
  });
  expect(reading.waiting).toBe(5);
}

/** Nothing but this is said, also not what the password is or was. */
async function saying(source: MetricSource, says: RegExp): Promise<void> {
  const reading = await until('it to be said', async (): Promise<MetricReading | undefined> => {
    const each = await source.read(never);
    return each.state !== 'ok' && says.test(each.reason) ? each : undefined;
  });
  expect(reasonOf(reading)).not.toMatch(/passw0rd/);
}

const rows = Object.entries(STAND_INS);

function possible<T>(of: (row: StandIn) => T | Cannot): readonly (readonly [string, StandIn, T])[] {
  return rows.flatMap(([type, row]) => {
    const says = of(row);
    return isCannot(says) ? [] : [[type, row, says] as const];
  });
}

function isCannot(says: unknown): says is Cannot {
  return typeof says === 'object' && says !== null && 'cannot' in says;
}

it('has a row for every registered source', () => {
  expect(rows.map(([type]) => type).sort()).toEqual(ASKING.map(({ type }) => type).sort());
});

it.each(
  (['-1', 'NaN', '1e300', 'many'] as const).flatMap((number) =>
    possible((row) => row.numbers[number]).map(([type, row, says]) => [type, number, row, says] as const),
  ),
)('%s that answers %s is unknown, until it answers with a count', async (type, number, row, says) => {
  const { world, source } = await scene(type, row);
  world.waiting = number;
  expect(reasonOf(await source.read(never))).toMatch(says);
  world.waiting = '5';
  expect(ok(await source.read(never)).waiting).toBe(5);
});

it.each(possible((row) => row.none))(
  '%s that finds nothing is unknown, not empty',
  async (type, row, says) => {
    const { world, source } = await scene(type, row);
    world.found = 0;
    expect(reasonOf(await source.read(never))).toMatch(says);
  },
);

it.each(possible((row) => row.several))('%s that finds several is unknown', async (type, row, says) => {
  const { world, source } = await scene(type, row);
  world.found = 2;
  expect(reasonOf(await source.read(never))).toMatch(says);
});

it.each(possible((row) => row.refused))(
  '%s says that its credentials were taken back, and is read with new ones without a restart',
  async (type, row, says) => {
    const { world, values, source, running } = await scene(type, row);
    world.password = NEW;
    running.drop();
    await saying(source, says);
    values.env['PASSWORD'] = NEW;
    expect(ok(await source.read(never)).waiting).toBe(5);
  },
);

it.each(possible((row) => row.forbidden))('%s says that there is no right', async (type, row, says) => {
  const { world, source } = await scene(type, row);
  world.mayRead = false;
  await saying(source, says);
  world.mayRead = true;
  await readAgain(source);
});

it.each(possible((row) => row.lost))(
  '%s that has lost the queue says so, rather than that it is empty',
  async (type, row, says) => {
    const { world, source } = await scene(type, row);
    world.hasQueue = false;
    await saying(source, says);
    world.hasQueue = true;
    await readAgain(source);
  },
);

it.each(possible((row) => row.leadsElsewhere))(
  '%s goes nowhere else, whatever the server says',
  async (type, row, says) => {
    const { world, source } = await scene(type, row);
    let visits = 0;
    const elsewhere = await tcp((socket) => {
      visits += 1;
      socket.destroy();
    });
    world.answers = { leadingTo: elsewhere.address };
    for (let round = 0; round < 3; round++) expect(reasonOf(await source.read(never))).toMatch(says);
    expect(visits).toBe(0);
    world.answers = 'Well';
    await readAgain(source);
    expect(visits).toBe(0);
  },
);

it.each(rows)('%s is not read beyond a bound', async (type, row) => {
  const { world, source, running } = await scene(type, row);
  world.answers = 'WithoutEnd';
  expect(reasonOf(await source.read(never))).toMatch(row.withoutEnd);
  const sentBytes = await until('the server to be let go', async () => {
    const bytes = running.sentBytes();
    return bytes !== undefined && { bytes };
  });
  expect(sentBytes.bytes).toBeLessThan(WITHOUT_END_BYTES);
  world.answers = 'Well';
  await readAgain(source);
});

it.each(possible((row) => row.aPage))(
  '%s does not take a page for an answer, as a proxy shows one to who is not signed in',
  async (type, row, says) => {
    const { world, source } = await scene(type, row);
    world.answers = 'APage';
    expect(reasonOf(await source.read(never))).toMatch(says);
    world.answers = 'Well';
    await readAgain(source);
  },
);

it.each(rows)(
  '%s that is stopped is unknown at every read, and read again when it is back',
  async (type, row) => {
    const { source, running, restart } = await scene(type, row);
    await running.stop();
    await saying(source, /at 127\.0\.0\.1:\d+: connection refused/);
    for (let round = 0; round < 3; round++) expect((await source.read(never)).state).toBe('unavailable');
    await restart();
    await readAgain(source);
  },
);

it.each(rows)('%s that is restarted between two reads is read again', async (type, row) => {
  const { source, running, restart } = await scene(type, row);
  await running.stop();
  await restart();
  await readAgain(source);
});
