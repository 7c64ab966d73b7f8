// bench: what keeping things costs: the store itself, and the memory of a thousand pools in it.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { DurableWrites } from '../../src/controller/persistence/durable-writes.ts';
import { PoolStore } from '../../src/controller/persistence/pool-store.ts';
import { decide } from '../../src/core/decide.ts';
import type { DecisionMemory } from '../../src/core/decision.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { DocumentStore } from '../../src/runtime/document-store.ts';
import { silentLogger } from '../../src/runtime/log.ts';
import { openDocumentStore } from '../../src/runtime/sqlite/documents.ts';
import { type Figure, share } from './measure.ts';
import { busyPool } from './pool.ts';

const DOCUMENTS = 1_000;
const POOLS = 1_000;
const REPEATS = 20;
const APPS = 3;
/** About a policy with three apps. */
const TEXT = 'x'.repeat(3_000);

/** Medians of opening, listing, writing, and saving; each in a directory of its own that is removed. */
export function keeping(): readonly Figure[] {
  const dir = mkdtempSync(join(tmpdir(), 'microscaling-bench-'));
  try {
    return [...store(join(dir, 'documents')), ...memories(join(dir, 'pools'))];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function store(dir: string): readonly Figure[] {
  const filled = openDocumentStore(dir);
  filled.write(
    Array.from({ length: DOCUMENTS }, (_, i) => ({ do: 'put', collection: 'a', key: `${i}`, value: TEXT })),
  );
  let n = 0;
  const write = median(() =>
    filled.write([{ do: 'put', collection: 'a', key: `${n++ % DOCUMENTS}`, value: `${TEXT}${n}` }]),
  );
  const all = median(() => void filled.all('a'));
  filled.close();
  const open = median(() => openDocumentStore(dir, { holder: 'the benchmark' }).close());
  const note = `${DOCUMENTS} documents of ${TEXT.length} bytes`;
  return [
    { name: 'store: one durable write', value: write, unit: 'ms', note: 'median, with its fsync' },
    { name: 'store: all documents of a collection', value: all, unit: 'ms', note },
    { name: 'store: open with check, and close', value: open, unit: 'ms', note },
  ];
}

/** Every pool has learned something since the last time: the most there can be to write. */
function memories(dir: string): readonly Figure[] {
  const documents = openDocumentStore(dir);
  const writes = { batches: 0 };
  const archive = archiveOver(documents, writes);
  const pools = new PoolStore(archive, systemClock);
  const learned = Array.from({ length: REPEATS }, (_, i) => memoryAfter(20 + 7 * i));
  let next = 0;
  const save = (): void => {
    const memory = learned[next++ % learned.length];
    for (let i = 0; i < POOLS; i++)
      pools.keepLearned(`default/p${i}`, { scenes: new Map(memory && [['', memory]]), configs: new Map() });
    archive.flush();
  };
  save();
  const moved = median(save);
  const batches = writes.batches;
  next = 0;
  save();
  const still = median(() => {
    next = 0;
    save();
  });
  documents.close();
  const note = `${POOLS} pools of ${APPS} apps`;
  return [
    { name: 'memory: save all pools, all changed', value: moved, unit: 'ms', note: `${note}, every 10 s` },
    {
      name: 'memory: batches for each such save',
      value: batches / (REPEATS + 1),
      unit: '',
      note: 'one fsync',
    },
    { name: 'memory: save all pools, none changed', value: still, unit: 'ms', note: `${note}, every 10 s` },
  ];
}

function archiveOver(documents: DocumentStore, writes: { batches: number }): DurableWrites {
  const counted: DocumentStore = {
    all: (collection) => documents.all(collection),
    get: (collection, key) => documents.get(collection, key),
    write: (changes) => {
      writes.batches += 1;
      documents.write(changes);
    },
    writeSoon: (changes) => {
      writes.batches += 1;
      documents.writeSoon(changes);
    },
    durable: () => documents.durable(),
    close: () => documents.close(),
  };
  return new DurableWrites({
    documents: counted,
    clock: systemClock,
    log: silentLogger,
    onTrouble: () => undefined,
  });
}

function memoryAfter(rounds: number): DecisionMemory | undefined {
  let memory: DecisionMemory | undefined;
  for (let round = 1; round <= rounds; round++) {
    const budget = { kind: 'slots', slots: 10 * APPS } as const;
    memory = decide({ ...busyPool(APPS, round), budget, ...(memory && { memory }) }).memory;
  }
  return memory;
}

function median(work: () => void): number {
  const samples = Array.from({ length: REPEATS }, () => {
    const startMs = performance.now();
    work();
    return performance.now() - startMs;
  });
  return share(samples, 0.5);
}
