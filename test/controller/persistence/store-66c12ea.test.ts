// A store that an earlier version wrote is opened and believed: nothing that people or the operator did is forgotten.

import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadPolicies } from '../../../src/app/policies/schema.ts';
import { AppliedObjects, createAppliedSource } from '../../../src/policy-sources/applied/index.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import type { DocumentStore } from '../../../src/runtime/document-store.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { openDocumentStore } from '../../../src/runtime/sqlite/documents.ts';
import { World } from '../../support/fakes.ts';

const FIXTURE = fileURLToPath(new URL('store-66c12ea/microscaling.db', import.meta.url));
/** When that operator had ended. */
const LATER = Date.parse('2026-01-01T00:01:00Z');

let dir: string;
let documents: DocumentStore;
let objects: AppliedObjects;
let world: World;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'microscaling-store-'));
  copyFileSync(FIXTURE, join(dir, 'microscaling.db'));
  documents = openDocumentStore(dir, { holder: 'the test' });
  objects = new AppliedObjects({ documents, load: loadPolicies, log: silentLogger });
  world = new World(
    {},
    { clock: new VirtualClock(LATER), documents, sources: [createAppliedSource(objects)] },
  );
  // The adopted app alone: one that an operator made would carry its label, which only an operator writes.
  world.marathon.others.create('/consumer', 1, { id: '/consumer', cpus: 0.1, mem: 32, cmd: 'sleep 1' });
  world.metrics.set(1, 4);
});

afterEach(async () => {
  await world.stop();
  documents.close();
  rmSync(dir, { recursive: true });
});

const eventsOf = (reason: string): readonly string[] =>
  world.view.events.filter((event) => event.reason === reason).map(({ object }) => object);

describe('a store of 66c12ea', () => {
  it('has its policies, which run as they were applied', async () => {
    await world.start(5_000);
    expect(world.view.problems).toEqual([]);
    expect(world.condition('demo', 'Accepted')).toBe('True/Valid');
    expect(world.condition('paused', 'Accepted')).toBe('True/Valid');
  });

  it('has the pause and the override, with their ends and reasons', async () => {
    await world.start(5_000);
    expect(world.condition('paused', 'Paused')).toBe('True/PausedByHand');
    expect(world.message('paused', 'Paused')).toContain('until 2026-01-01T02:00:20Z (deploying)');
    expect(world.app('/consumer').requested).toBe(3);
    expect(world.message('demo', 'ScalingLimited')).toContain('launch day');
  });

  it('has them as objects from then on, each once', async () => {
    await world.start(5_000);
    expect([...documents.all('hand')]).toEqual([]);
    expect([...documents.all('intervention').keys()]).toEqual([
      'default/demo-override-consumer',
      'default/paused-pause',
    ]);
  });

  it('has the events, and an adoption that is in it is not made a second time', async () => {
    await world.start(5_000);
    expect(eventsOf('Adopted')).toEqual(['app /consumer']);
    expect(eventsOf('Overridden')).toEqual(['app /consumer']);
    expect(eventsOf('Paused')).toEqual(['policy default/paused']);
    expect(eventsOf('PolicyAccepted')).toHaveLength(2);
  });

  it('says what a policy owned that was removed while no operator ran', async () => {
    objects.remove('MicroscalingPolicy', 'default/demo');
    await world.start(5_000);
    expect(eventsOf('Released')).toContain('app /consumer');
    expect(eventsOf('Released')).not.toContain('app /extra');
  });
});
