// simulator: another policy in the place of the one that was recorded. Pure.

import { durationMs } from '../../api/duration.ts';
import type { AppSpec, CapacitySpec, MicroscalingPolicy, TargetSpec } from '../../api/policy.ts';
import { scheduledAt } from '../../controller/round/schedules.ts';
import type { AppInput, Budget, DecisionInput } from '../../core/decision.ts';
import type { MetricReading } from '../../core/observation.ts';
import { defined } from '../../lang/defined.ts';
import { questionOf } from '../../recorder/frame/inputs.ts';
import type { RecordedRound } from '../../recorder/read/rounds.ts';

/** What is tried. */
export interface Candidate {
  /** Absent: the policy as it was recorded. */
  readonly policy?: MicroscalingPolicy;
  /** Of the CapacityPool that it joins, where that is given. */
  readonly capacity?: CapacitySpec;
  /** What becomes of an app's spec before it is used, such as another law. */
  readonly change?: <A extends Pick<AppSpec, 'targets' | 'behavior'>>(app: A) => A;
}

export type Question = Pick<DecisionInput, 'budget' | 'apps'>;

export class Trial {
  readonly #candidate: Candidate;
  readonly #apps: ReadonlyMap<string, AppSpec>;
  /** What was made of recorded terms and a spec: the laws remember by object. */
  readonly #made = new WeakMap<object, Pick<AppInput, 'targets' | 'behavior'>>();

  constructor(candidate: Candidate) {
    this.#candidate = candidate;
    this.#apps = new Map(candidate.policy?.spec.apps.map((app) => [app.name, app]));
  }

  /** How often a round comes. */
  intervalMs({ intervalMs }: RecordedRound): number {
    const { policy } = this.#candidate;
    return policy === undefined ? intervalMs : durationMs(policy.spec.interval);
  }

  /** The question of a recorded round as it would have been put. */
  question({ question, policy, wallMs }: RecordedRound): Question | undefined {
    if (question === undefined) return undefined;
    const { budget, apps } = questionOf(question);
    const own = new Set(Object.keys(policy.apps));
    return {
      budget: this.#budget(budget),
      apps: apps.map((app) => (own.has(app.id) ? this.#tried(app, wallMs) : app)),
    };
  }

  /** Names that are in the candidate and not in the record, and the other way round. */
  unlike({ question, policy }: RecordedRound): {
    readonly added: readonly string[];
    readonly missing: readonly string[];
  } {
    if (this.#candidate.policy === undefined || question === undefined) return { added: [], missing: [] };
    const names = new Set(Object.values(policy.apps).map(({ name }) => name));
    return {
      added: [...this.#apps.keys()].filter((name) => !names.has(name)),
      missing: [...names].filter((name) => !this.#apps.has(name)),
    };
  }

  #budget(recorded: Budget): Budget {
    const { policy, capacity = policy?.spec.capacity } = this.#candidate;
    if (capacity?.slots !== undefined) return { kind: 'slots', slots: capacity.slots };
    if (capacity?.resources === undefined) return recorded;
    const unlimited = Number.POSITIVE_INFINITY;
    const { cpus = unlimited, mem = unlimited, disk = unlimited, gpus = unlimited } = capacity.resources;
    return { kind: 'resources', total: { cpus, mem, disk, gpus } };
  }

  #tried(app: AppInput, wallMs: number): AppInput {
    if (app.role === 'fixed') return app;
    const spec = this.#apps.get(app.name);
    const { change } = this.#candidate;
    if (spec === undefined)
      return change === undefined ? app : { ...app, ...this.#changed(app.targets, () => change(app)) };
    const role = spec.remainder === undefined ? 'scaled' : 'remainder';
    const { instances } = boundsOf(spec, app.id, wallMs);
    const { formula: _formula, ...rest } = app;
    const own = this.#changed(spec, () => ({ targets: [], ...(change === undefined ? spec : change(spec)) }));
    return {
      ...rest,
      role,
      priority: spec.priority ?? Number.MAX_SAFE_INTEGER,
      min: instances.min ?? 0,
      max: instances.max ?? Number.POSITIVE_INFINITY,
      weight: spec.remainder?.weight ?? 1,
      ...own,
      readings: own.targets.map((target, i) => readingFor(target, i, app)),
      ...defined({ formula: spec.formula }),
    };
  }

  #changed(
    key: object,
    make: () => { readonly targets?: readonly TargetSpec[]; readonly behavior: AppInput['behavior'] },
  ): Pick<AppInput, 'targets' | 'behavior'> {
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const { targets = [], behavior } = make();
    this.#made.set(key, { targets, behavior });
    return { targets, behavior };
  }
}

function boundsOf(spec: AppSpec, id: string, wallMs: number): Pick<AppSpec, 'instances'> {
  return spec.schedules === undefined ? spec : scheduledAt(named(spec, id), wallMs).spec;
}

const byId = new WeakMap<AppSpec, AppSpec & { readonly id: string }>();

/** The same object each time: what its schedules say is remembered by it. */
function named(spec: AppSpec, id: string): AppSpec & { readonly id: string } {
  const known = byId.get(spec) ?? { ...spec, id };
  byId.set(spec, known);
  return known;
}

const NOT_RECORDED: MetricReading = {
  state: 'unavailable',
  reason: 'this metric was not recorded',
  sinceMs: 0,
};

/** The reading of the same metric, else the one in the same place. */
function readingFor(target: TargetSpec, index: number, { targets, readings }: AppInput): MetricReading {
  const metric = JSON.stringify(target.metric);
  const same = targets.findIndex((each) => JSON.stringify(each.metric) === metric);
  return readings[same < 0 ? index : same] ?? NOT_RECORDED;
}
