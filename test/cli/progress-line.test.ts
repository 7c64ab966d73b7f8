import { describe, expect, it } from 'vitest';
import { waitFor } from '../../src/cli/client/wait-for.ts';
import { counted, ProgressLine } from '../../src/cli/output/progress-line.ts';
import { VirtualClock } from '../../src/runtime/clock.ts';

function aTerminal(isTty = true) {
  let written = '';
  const raw = (text: string): void => {
    written += text;
  };
  return { raw, isTty, written: () => written };
}

describe('the progress line', () => {
  it('writes over itself, says nothing twice, and goes away', () => {
    const terminal = aTerminal();
    const line = new ProgressLine(terminal);
    for (const text of ['one', 'one', 'two']) line.show(text);
    line.end();
    line.end();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal is told
    expect(terminal.written().replace(/\x1b\[[?0-9]*[a-zA-Z]/g, '·')).toBe('\r··one·\r··two·\r·');
  });

  it('is quiet where nobody looks', () => {
    const terminal = aTerminal(false);
    new ProgressLine(terminal).show('one');
    expect(terminal.written()).toBe('');
  });
});

describe('the count of many', () => {
  const seen = (items: number, stopAt = items): string => {
    const { raw: noteRaw, written } = aTerminal();
    const all = Array.from({ length: items }, (_, i) => i);
    for (const i of counted(all, 'checked', { noteRaw, stderrIsTty: true })) if (i === stopAt) break;
    return written();
  };

  it('says how far it is, and goes away, also when it is broken off', () => {
    for (const text of [seen(1000), seen(1000, 500)]) {
      expect(text).toContain('checked 500 of 1000');
      expect(text.endsWith('\r\x1b[2K')).toBe(true);
    }
  });

  it('is not worth a line where there are few', () => {
    expect(seen(20)).toBe('');
  });
});

describe('waiting', () => {
  const waitingFor = async (looks: number, timeoutMs: number, signal = new AbortController().signal) => {
    const clock = new VirtualClock();
    const terminal = aTerminal();
    let looked = 0;
    const waiting = waitFor(
      { title: 'policy/shop', timeoutMs, clock },
      async () => (++looked > looks ? { done: true } : { done: false, missing: 'the queue answered 403' }),
      { noteRaw: terminal.raw, stderrIsTty: true, signal },
    );
    const ended = waiting.then(
      () => 'done',
      (error: unknown) => String(error),
    );
    await clock.advance(timeoutMs + 1_000);
    return { ended: await ended, written: terminal.written() };
  };

  it('says what is missing, until it is there', async () => {
    const { ended, written } = await waitingFor(3, 10_000);
    expect(ended).toBe('done');
    expect(written).toContain('policy/shop: the queue answered 403 (1 s)');
  });

  it('ends with what is missing when the time is over', async () => {
    const { ended } = await waitingFor(1_000, 5_000);
    expect(ended).toMatch(/policy\/shop: not there yet after 5 s \(--timeout\): the queue answered 403/);
  });

  it('can be stopped by a person, and says that what was asked for goes on', async () => {
    const { ended } = await waitingFor(1_000, 5_000, AbortSignal.abort());
    expect(ended).toMatch(/no longer waited for; what was asked for goes on/);
  });
});
