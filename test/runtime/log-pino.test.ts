import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/runtime/clock.ts';
import { TransientError } from '../../src/runtime/errors.ts';
import type { Logger } from '../../src/runtime/log.ts';
import { createLogger, type LoggerOptions } from '../../src/runtime/log-pino.ts';
import { createRedactor, MASK } from '../../src/runtime/redact.ts';

const NOON = Date.parse('2026-03-01T12:00:00.000Z');

/** What `use` makes a logger write. */
function linesOf(use: (log: Logger) => void, options: Partial<LoggerOptions> = {}): string[] {
  const lines: string[] = [];
  const sink = { write: (text: string): void => void lines.push(text) };
  use(createLogger({ format: 'json', level: 'debug', sink, clock: new VirtualClock(NOON), ...options }));
  return lines;
}

function jsonOf(use: (log: Logger) => void, options: Partial<LoggerOptions> = {}): unknown[] {
  return linesOf(use, options).map((line) => JSON.parse(line));
}

describe('logger: json', () => {
  it('writes one object a line with level, time, fields and message', () => {
    const lines = linesOf((log) => log.info('scaled', { app: '/shop', to: 8 }));
    expect(lines).toEqual([
      '{"level":"info","time":"2026-03-01T12:00:00.000Z","app":"/shop","to":8,"msg":"scaled"}\n',
    ]);
  });

  it('writes no line of a child below its level', () => {
    const write = (level: 'debug' | 'info'): readonly unknown[] =>
      jsonOf((log) => log.child({ pool: 'p' }).debug('seen', { ms: 3 }), { level });
    expect(write('info')).toEqual([]);
    expect(write('debug')).toMatchObject([{ level: 'debug', pool: 'p', ms: 3 }]);
  });

  it('gives a child the fields of its parents', () => {
    const lines = jsonOf((log) => log.child({ pool: 'p' }).child({ app: '/a' }).warn('late', { ms: 3 }));
    expect(lines).toMatchObject([{ level: 'warn', pool: 'p', app: '/a', ms: 3, msg: 'late' }]);
  });

  it.each([
    { level: 'debug', written: ['debug', 'info', 'warn', 'error'] },
    { level: 'info', written: ['info', 'warn', 'error'] },
    { level: 'warn', written: ['warn', 'error'] },
    { level: 'error', written: ['error'] },
  ] as const)('writes $written at level $level', ({ level, written }) => {
    const all = (log: Logger): void => {
      for (const each of ['debug', 'info', 'warn', 'error'] as const) log[each]('x');
    };
    expect(jsonOf(all, { level })).toMatchObject(written.map((name) => ({ level: name })));
  });
});

describe('logger: errors', () => {
  it('says an expected error in one sentence with its causes', () => {
    const error = new TransientError('scaling /a to 8', { cause: new Error('connection refused') });
    const [line] = jsonOf((log) => log.warn('round failed', { error }));
    expect(line).toEqual({
      level: 'warn',
      time: '2026-03-01T12:00:00.000Z',
      error: 'scaling /a to 8: connection refused',
      msg: 'round failed',
    });
  });

  it('does not repeat a cause that the message has already', () => {
    const error = new TransientError('reading: refused', { cause: new Error('refused') });
    expect(jsonOf((log) => log.warn('x', { error }))).toMatchObject([{ error: 'reading: refused' }]);
  });

  it('shows the stack of a defect, under any name', () => {
    const [line] = jsonOf((log) => log.error('x', { err: new RangeError('bug') }));
    expect(line).toMatchObject({ err: 'bug', errStack: expect.stringContaining('log-pino.test.ts') });
  });

  it('leaves out what a client hung on its error', () => {
    const error = Object.assign(new Error('403'), { config: { headers: { Authorization: 'Basic abc' } } });
    expect(linesOf((log) => log.warn('x', { error })).join()).not.toContain('Authorization');
  });

  it('survives circles', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    const error = new Error('odd');
    error.cause = error;
    expect(linesOf((log) => log.info('x', { circle, error }))).toHaveLength(1);
  });
});

describe('logger: secrets', () => {
  const redactor = createRedactor();
  for (const secret of ['s3cret', 'say "hi"\\', '2026', '"level":']) redactor.add(secret);

  it.each(['json', 'text'] as const)(
    'masks them in message, fields, keys, children and errors (%s)',
    (format) => {
      const lines = linesOf(
        (log) =>
          log.child({ child: 'a s3cret' }).error('the s3cret', {
            deep: { list: ['s3cret', 'say "hi"\\'] },
            s3cret: 1,
            error: new Error('with s3cret'),
          }),
        { redactor, format },
      );
      expect(lines.join('')).not.toMatch(/s3cret|say \\*"hi/);
      expect(lines.join('').split(MASK).length - 1).toBeGreaterThanOrEqual(6);
    },
  );

  it('keeps a line whole when a secret looks like a part of it', () => {
    const [line] = jsonOf((log) => log.info('x', { year: 2026, count: 20267, text: 'in 2026' }), {
      redactor,
    });
    expect(line).toMatchObject({ level: 'info', year: MASK, count: 20267, text: `in ${MASK}`, msg: 'x' });
  });
});

describe('logger: text', () => {
  it('writes one line for people', () => {
    const lines = linesOf((log) => log.info('scaled', { app: '/shop', to: 8 }), { format: 'text' });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\[\d\d:\d\d:00\.000\] INFO: scaled \{"app":"\/shop","to":8\}\n$/);
  });

  it.each([true, false])('uses colours: %s', (colour) => {
    const [line] = linesOf((log) => log.warn('x'), { format: 'text', colour });
    expect(line?.includes('\u001b[')).toBe(colour);
  });
});
