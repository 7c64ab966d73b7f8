import { SpanStatusCode } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { RoundTracer } from '../../../src/server/otlp/round-tracer.ts';

const START_MS = Date.UTC(2026, 7, 1);
const CALL = { method: 'GET', endpoint: 'apps', outcome: 'ok', durationMs: 5 } as const;
const REPORT = {
  result: 'complete',
  durationMs: 20,
  decisions: [],
  changes: [],
  failedReadings: [],
} as const;

let clock: VirtualClock;
let exporter: InMemorySpanExporter;
let rounds: RoundTracer;

beforeEach(() => {
  clock = new VirtualClock(START_MS);
  exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const redact = (text: string): string => text.replaceAll('s3cret', '***');
  rounds = new RoundTracer({ tracer: provider.getTracer('test'), clock, redact });
});

const msOf = ([seconds, nanoseconds]: readonly [number, number]): number =>
  Math.round(seconds * 1_000 + nanoseconds / 1e6) - START_MS;
const spans = () =>
  exporter.getFinishedSpans().map(({ name, startTime, endTime, attributes }) => ({
    name,
    fromMs: msOf(startTime),
    toMs: msOf(endTime),
    attributes,
  }));

describe('a round', () => {
  it('is a span with its calls below it and its decisions on it', async () => {
    const pool = 'default/shop';
    const decision = {
      policy: 'default/shop',
      app: '/shop/worker',
      direction: 'up',
      from: 2,
      to: 4,
    } as const;
    await rounds.inRound(pool, async () => {
      await clock.advance(10);
      rounds.schedulerCalled(CALL);
      await clock.advance(10);
      rounds.roundEnded({ ...REPORT, pool, decisions: [decision] });
    });
    const [call, round] = exporter.getFinishedSpans();
    expect(spans()).toEqual([
      {
        name: 'GET apps',
        fromMs: 5,
        toMs: 10,
        attributes: {
          'http.request.method': 'GET',
          'microscaling.endpoint': 'apps',
          'microscaling.outcome': 'ok',
        },
      },
      {
        name: 'round',
        fromMs: 0,
        toMs: 20,
        attributes: { 'microscaling.pool': pool, 'microscaling.round.result': 'complete' },
      },
    ]);
    expect(call?.parentSpanContext?.spanId).toBe(round?.spanContext().spanId);
    expect(round?.events.map(({ name, attributes }) => ({ name, attributes }))).toEqual([
      { name: 'decision', attributes: { policy: 'default/shop', app: '/shop/worker', from: 2, to: 4 } },
    ]);
  });

  it('says why it failed, without a secret, and fails', async () => {
    const failing = rounds.inRound('default/shop', () => Promise.reject(new Error('no way to s3cret@host')));
    await expect(failing).rejects.toThrow('no way to');
    expect(exporter.getFinishedSpans()[0]?.status).toEqual({
      code: SpanStatusCode.ERROR,
      message: 'no way to ***@host',
    });
  });

  it('keeps its calls apart from those of another round at the same time', async () => {
    const oneRound = (pool: string, ms: number) =>
      rounds.inRound(pool, async () => {
        await clock.sleep(ms);
        rounds.schedulerCalled({ ...CALL, scheduler: pool });
      });
    const both = Promise.all([oneRound('a', 10), oneRound('b', 10)]);
    await clock.advance(10);
    await both;
    const finished = exporter.getFinishedSpans();
    const poolOf = new Map(
      finished.map((span) => [span.spanContext().spanId, span.attributes['microscaling.pool']]),
    );
    const calls = finished.filter(({ name }) => name === 'GET apps');
    expect(calls.map(({ parentSpanContext }) => poolOf.get(parentSpanContext?.spanId ?? ''))).toEqual(
      calls.map(({ attributes }) => attributes['microscaling.scheduler']),
    );
    expect(calls.length).toBe(2);
  });
});

it('makes a trace of its own of a call outside of a round, and says that it failed', () => {
  rounds.schedulerCalled({ ...CALL, outcome: 'unreachable' });
  const [call] = exporter.getFinishedSpans();
  expect(call?.parentSpanContext).toBeUndefined();
  expect(call?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'unreachable' });
});
