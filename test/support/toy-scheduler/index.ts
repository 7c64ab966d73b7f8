// test support: the smallest scheduler there can be, to show that one folder and one registration are all it takes.

import { object, text } from '../../../src/api/schema/shapes.ts';
import { refused } from '../../../src/api/trust/rules.ts';
import type { Change } from '../../../src/core/change.ts';
import type { AppObservation, Footprint } from '../../../src/core/observation.ts';
import { defined } from '../../../src/lang/defined.ts';
import { TransientError } from '../../../src/runtime/errors.ts';
import { oneCluster } from '../../../src/schedulers/one-cluster.ts';
import type {
  ApplyResult,
  ReportingScheduler,
  SchedulerType,
  WorkloadBlock,
} from '../../../src/schedulers/scheduler.ts';
import type { SchedulerWords } from '../../../src/schedulers/words.ts';

interface ToyApp {
  readonly instances: number;
  readonly owner?: string;
}

/** What runs, by app. */
export type ToyApps = Map<string, ToyApp>;

const TOY_WORDS: SchedulerWords = {
  name: 'the toy box',
  app: (name) => `toy ${name}`,
  queue: 'the toy box',
  operation: 'move',
  endOperation: (id) => `take back ${id}`,
};

/** Whatever it is, it fills one place in the box. */
const A_TOY: Footprint = { cpus: 1, mem: 0, disk: 0, gpus: 0 };

/** Starts and stops at once whatever it is asked for. */
export function toyScheduler(apps: ToyApps): SchedulerType {
  return { block: TOY_BLOCK, open: () => oneCluster(scheduler(apps), TOY_WORDS), footprint: () => A_TOY };
}

/** `toy: { name: ball }`: one that lies in the box already. */
const TOY_BLOCK: WorkloadBlock = {
  schema: object('A toy.', { name: text('What it is called.', { minLength: 1 }) }, { required: ['name'] }),
  trust: (_block, pointer) => [refused(pointer, 'may not play', '--allow-docker')],
  workload: ({ name }) => ({ name: String(name), title: `toy ${String(name)}` }),
};

function scheduler(apps: ToyApps): ReportingScheduler {
  let writes = 0;
  let reads = 0;
  return {
    observe: async (ids) => {
      reads++;
      const found = ids.flatMap((id) => {
        const app = apps.get(id);
        return app === undefined ? [] : [[id, observation(id, app)] as const];
      });
      return { apps: new Map(found), atMs: Date.now() };
    },
    owned: async () =>
      new Map([...apps].flatMap(([id, { owner }]) => (owner === undefined ? [] : [[id, owner] as const]))),
    footprint: () => A_TOY,
    diff: () => [],
    apply: async (change) => {
      writes++;
      return applied(apps, change, writes);
    },
    watch: (_onChange, signal) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
    stats: () => ({ writes, conflicts: 0, reads }),
    info: () => ({ url: 'toy:', reachable: true, message: 'plays' }),
    close: async () => undefined,
  };
}

function applied(apps: ToyApps, change: Change, write: number): ApplyResult {
  const known = apps.get(change.app);
  switch (change.kind) {
    case 'create':
      apps.set(change.app, { instances: change.instances, owner: change.owner });
      break;
    case 'scale':
      if (known === undefined) throw new TransientError(`${change.app} is not there any more`);
      apps.set(change.app, { ...known, instances: change.to });
      break;
    case 'delete':
      apps.delete(change.app);
      break;
    default:
      return { outcome: 'noop' };
  }
  return { outcome: 'accepted', operation: `toy-${write}` };
}

function observation(id: string, { instances, owner }: ToyApp): AppObservation {
  return {
    id,
    requested: instances,
    running: instances,
    staging: 0,
    killing: 0,
    unreachable: 0,
    ready: instances,
    waiting: 0,
    waitingFor: [],
    backoffMs: 0,
    hasHealthChecks: false,
    tasks: Array.from({ length: instances }, (_, i) => ({ id: `${id}.${i}`, phase: 'running' as const })),
    operations: [],
    ...defined({ owner }),
    definition: {},
  };
}
