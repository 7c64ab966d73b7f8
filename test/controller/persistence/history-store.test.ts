import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DurableWrites } from '../../../src/controller/persistence/durable-writes.ts';
import { HistoryStore } from '../../../src/controller/persistence/history-store.ts';
import type { EventRecord } from '../../../src/controller/status/view.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { createMemoryDocumentStore } from '../../../src/runtime/document-store.ts';
import { EventRing } from '../../../src/runtime/events.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { T0 } from '../../support/builders.ts';

const CAPACITY = 6;

/** A few objects, so that most events take the place of an earlier one. */
const anEvent = fc.record({
  object: fc.constantFrom('policy default/a', 'policy default/b', 'app /c'),
  reason: fc.constantFrom('Ready', 'NotReady', 'Scaled'),
  message: fc.constantFrom('one', 'two'),
  waitMs: fc.constantFrom(0, 1_000, 130_000),
  isRestart: fc.boolean(),
});

it('the store has the events of the ring, in their order, whatever comes, repeats or falls out of it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anEvent, { maxLength: 40 }), async (events) => {
      const clock = new VirtualClock(T0);
      const documents = createMemoryDocumentStore();
      const start = () => {
        const onTrouble = (): void => undefined;
        const writes = new DurableWrites({ clock, log: silentLogger, documents, onTrouble });
        const history = new HistoryStore(writes);
        const ring = new EventRing<EventRecord>({ clock, capacity: CAPACITY });
        ring.restore(history.events());
        return { writes, history, ring };
      };
      let { writes, history, ring } = start();
      for (const { waitMs, isRestart, ...event } of events) {
        await clock.advance(waitMs);
        ring.record({ ...event, type: 'Normal' });
        history.follow(ring.list());
        writes.flush();
        expect(history.events()).toEqual(ring.list());
        expect([...documents.all('event').values()].reverse()).toEqual(ring.list());
        if (isRestart) ({ writes, history, ring } = start());
      }
    }),
  );
});
