import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { elapsed, StepLine } from '../../../bench/command/step-line.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';

function aLine(isTty: boolean) {
  const clock = new VirtualClock();
  let written = '';
  const write = (text: string): void => {
    written += text;
  };
  const line = new StepLine({ isTty, write }, clock);
  return { clock, line, written: () => stripVTControlCharacters(written) };
}

it('is a plain line for each step where nobody sits at a terminal', async () => {
  const { clock, line, written } = aLine(false);
  line.say('one');
  await clock.advance(65_000);
  line.say('one');
  line.say('two');
  line.end();
  expect(written()).toBe('0:00  one\n1:05  two\n');
});

it('counts the seconds on a terminal until it ends', async () => {
  const { clock, line, written } = aLine(true);
  line.say('one');
  await clock.advance(2_000);
  line.end();
  await clock.advance(5_000);
  expect(written()).toBe('\r0:00  one\r0:01  one\r0:02  one\r');
});

it.each([
  [0, '0:00'],
  [7_900, '0:07'],
  [754_000, '12:34'],
])('%d ms is %s', (ms, text) => expect(elapsed(ms)).toBe(text));
