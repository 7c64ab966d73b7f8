// Whose turn it is to replay: nobody who may only read keeps others from it for long.

import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../src/runtime/clock.ts';
import { EVERYBODY, type Grant } from '../../../../src/server/access/access.ts';
import {
  Displaced,
  isTurn,
  type NoTurn,
  type ReplayTurn,
  ReplayTurns,
} from '../../../../src/server/page/replay/replay-turns.ts';

function aGrant(role: Grant['role'], name: string = role): Grant {
  return { role, by: 'token', name, holds: () => true };
}
const READER = aGrant('read', 'board');
const WRITER = aGrant('write', 'maya');

function aWorld() {
  const clock = new VirtualClock(0);
  const turns = new ReplayTurns(clock);
  const begin = async (grant: Grant): Promise<ReplayTurn> => {
    const turn = await turns.begin(grant);
    if (!isTurn(turn)) throw new Error(turn.message);
    return turn;
  };
  const refusal = async (grant: Grant): Promise<NoTurn | undefined> => {
    const turn = await turns.begin(grant);
    if (!isTurn(turn)) return turn;
    turn.end();
    return undefined;
  };
  const use = async (grant: Grant, ms: number): Promise<void> => {
    const turn = await begin(grant);
    await clock.advance(ms);
    turn.end();
  };
  return { clock, turns, begin, refusal, use };
}

const BUSY = { message: 'another replay is running; try again when it is done' };

describe('the place of replays', () => {
  it('is one’s at a time among those who may do the same', async () => {
    const { begin, refusal } = aWorld();
    const first = await begin(READER);
    expect(await refusal(aGrant('read', 'other'))).toEqual(BUSY);
    first.end();
    const second = await begin(WRITER);
    expect([await refusal(READER), await refusal(aGrant('write', 'bob'))]).toEqual([BUSY, BUSY]);
    first.end();
    expect(await refusal(READER)).toEqual(BUSY);
    second.end();
    expect(await refusal(READER)).toBeUndefined();
  });

  it('is given to who may write once the replay of one who only reads has ended, and to no third one between', async () => {
    const { turns, begin, refusal } = aWorld();
    const reading = await begin(READER);
    let hasBegun = false;
    const writing = turns.begin(WRITER).then((turn) => {
      hasBegun = true;
      return turn;
    });
    expect(reading.signal.reason).toBeInstanceOf(Displaced);
    expect(await refusal(aGrant('write', 'bob'))).toEqual(BUSY);
    expect(hasBegun).toBe(false);
    reading.end();
    expect(isTurn(await writing)).toBe(true);
    expect(await refusal(READER)).toEqual(BUSY);
  });

  it('is a token’s that may only read for some minutes, and then for a fifth of the time', async () => {
    const { clock, refusal, use } = aWorld();
    for (let i = 0; i < 3; i += 1) await use(READER, 60_000);
    const refused = await refusal(READER);
    expect(refused?.message).toMatch(
      /^token board may only read, and has had its share of replays; try again in \d+ s$/,
    );
    expect(await refusal(aGrant('read', 'other'))).toBeUndefined();
    await clock.advance(refused?.waitMs ?? 0);
    expect(await refusal(READER)).toBeUndefined();
    const startedAtMs = clock.monotonic();
    let usedMs = 0;
    while (clock.monotonic() - startedAtMs < 3_600_000) {
      if ((await refusal(READER)) === undefined) {
        await use(READER, 60_000);
        usedMs += 60_000;
      } else await clock.advance(1_000);
    }
    expect(usedMs / 3_600_000).toBeLessThan(0.25);
    expect(usedMs / 3_600_000).toBeGreaterThan(0.15);
  });

  it('is everybody’s of this machine, and theirs who may write, for as long as they like', async () => {
    const { refusal, use } = aWorld();
    for (const grant of [EVERYBODY, WRITER]) {
      for (let i = 0; i < 20; i += 1) await use(grant, 60_000);
      expect(await refusal(grant)).toBeUndefined();
    }
  });
});
