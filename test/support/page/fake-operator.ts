// A believable operator for the page and its tests: the queue demo in miniature, moved by a virtual clock.

import { initialConditions, setCondition } from '../../../src/api/conditions.ts';
import { type AppSpec, type BehaviorSpec, type PolicySpec, resourceKey } from '../../../src/api/policy.ts';
import type {
  AppView,
  DecisionRecord,
  EventRecord,
  MetricView,
  OperatorActions,
  OperatorState,
  OperatorView,
  OverrideView,
  PauseView,
  PolicyView,
  TaskView,
} from '../../../src/controller/status/view.ts';
import { TerminalError, TransientError } from '../../../src/runtime/errors.ts';
import { seededAt } from '../../../src/runtime/random.ts';

const KEY = resourceKey({ namespace: 'default', name: 'queue-demo' });
const ROUND_MS = 500;
const START_MS = 1_500;
const STOP_MS = 1_000;
const SLOTS = 10;
const TARGET = 50;
const PER_CONSUMER_PER_S = 6;
const PER_PRODUCER_PER_S = 10;

interface Task {
  readonly id: string;
  phase: 'staging' | 'running' | 'killing';
  /** When the phase ends by itself. */
  untilMs: number;
}

class FakeApp {
  readonly name: string;
  readonly id: string;
  requested: number;
  tasks: Task[] = [];
  #made = 0;

  constructor(name: string, requested: number) {
    this.name = name;
    this.id = `/queue-demo/${name}`;
    this.requested = requested;
  }

  count(phase: Task['phase']): number {
    return this.tasks.filter((t) => t.phase === phase).length;
  }

  /** Marathon's part: launches and kills towards `requested`, and lets time pass for tasks. */
  step(nowMs: number): void {
    this.tasks = this.tasks.filter((t) => t.phase !== 'killing' || t.untilMs > nowMs);
    for (const task of this.tasks)
      if (task.phase === 'staging' && task.untilMs <= nowMs) task.phase = 'running';
    const alive = this.tasks.filter((t) => t.phase !== 'killing');
    for (const task of alive.slice(this.requested)) {
      task.phase = 'killing';
      task.untilMs = nowMs + STOP_MS;
    }
    for (let n = alive.length; n < this.requested; n++) {
      this.tasks.push({ id: `${this.name}.${++this.#made}`, phase: 'staging', untilMs: nowMs + START_MS });
    }
  }

  views(): readonly TaskView[] {
    return this.tasks.map(({ id, phase }) => ({ id, phase }));
  }
}

const behavior: BehaviorSpec = {
  scaleUp: { stabilizationWindowSeconds: 0, policies: [], selectPolicy: 'Max', tolerance: 0 },
  scaleDown: { stabilizationWindowSeconds: 0, policies: [], selectPolicy: 'Max', tolerance: 0 },
  giveBackAfter: '10s',
  minHold: '0s',
  onMetricFailure: { staleAfter: '10s', action: 'Hold', after: '1m' },
};

function appSpec(name: string, rest: Pick<AppSpec, 'instances'> & Partial<AppSpec>): AppSpec {
  const common = { adopt: false, envFrom: [], manualScale: { action: 'Hold', holdFor: '10m' } as const };
  return { name, id: `/queue-demo/${name}`, behavior, ...common, ...rest };
}

const spec: PolicySpec = {
  mode: 'Reconcile',
  interval: '500ms',
  capacity: { slots: SLOTS },
  onDelete: 'Retain',
  drift: 'Revert',
  apps: [
    appSpec('consumer', { priority: 1, instances: { min: 1, max: 10 } }),
    appSpec('remainder', { priority: 2, instances: { min: 1 }, remainder: { weight: 1 } }),
    appSpec('producer', { instances: { fixed: 3 }, pageControl: { min: 0, max: 10 } }),
  ],
};

/** A slot is asked for only when its victim is gone. */
function handOver(granted: number, app: FakeApp, other: FakeApp): number {
  const held = Math.max(other.requested, other.tasks.length);
  return Math.min(granted, Math.max(SLOTS - held, app.requested));
}

export interface FakeOperatorOptions {
  readonly startMs: number;
  readonly seed?: number;
  /** Names of the three apps, for tests with names that try to be markup. */
  readonly title?: (name: string) => string;
}

/** What is wrong, in sentences. */
export interface Trouble {
  readonly ready?: string;
  readonly metric?: string;
  readonly marathon?: string;
  /** Scaling fails with this. */
  readonly scale?: string;
}

/** An OperatorState whose world moves by `advance` alone. */
export class FakeOperator implements OperatorState {
  readonly #startMs: number;
  readonly #title: (name: string) => string;
  readonly #listeners = new Set<() => void>();
  readonly #consumer = new FakeApp('consumer', 1);
  readonly #remainder = new FakeApp('remainder', 9);
  readonly #producer = new FakeApp('producer', 3);
  #nowMs: number;
  readonly #seed: number;
  #lastRoundAtMs: number;
  #rounds = 0;
  #writes = 0;
  #queue = 20;
  #wanted = 1;
  #lowerSinceMs: number;
  #counters = { produced: 0, consumed: 0, work: 0 };
  #decisions: DecisionRecord[] = [];
  #events: EventRecord[] = [];
  #decided: Record<string, string> = {};
  #trouble: Trouble = {};
  #paused: PauseView | undefined;
  readonly #overrides = new Map<string, OverrideView>();

  constructor(options: FakeOperatorOptions) {
    this.#startMs = options.startMs;
    this.#nowMs = options.startMs;
    this.#lastRoundAtMs = options.startMs;
    this.#lowerSinceMs = options.startMs;
    this.#seed = options.seed ?? 1;
    this.#title = options.title ?? ((name) => name);
    this.#say('Normal', 'PolicyAccepted', 'policy default/queue-demo', 'generation 1 runs');
    for (const app of [this.#producer, this.#remainder, this.#consumer])
      this.#say('Normal', 'AppCreated', `app ${app.id}`, `created with ${app.requested} instances`);
  }

  /** What `standstill` says. */
  standingStill: string | undefined;

  standstill(): string | undefined {
    return this.standingStill;
  }

  readonly actions: OperatorActions = {
    pause: (policy, { forMs, ...said }) => {
      this.#mustBeHere(policy);
      const sinceMs = this.#nowMs;
      this.#paused = {
        sinceMs,
        untilMs: sinceMs + forMs,
        ...said,
      };
      this.#say('Normal', 'Paused', `policy ${policy}`, 'paused by hand');
      this.#changed();
    },
    resume: (policy) => {
      this.#mustBeHere(policy);
      if (this.#paused === undefined) return;
      this.#paused = undefined;
      this.#say('Normal', 'Resumed', `policy ${policy}`, 'somebody resumed it');
      this.#changed();
    },
    override: (policy, app, { instances, forMs, ...said }) => {
      this.#mustBeHere(policy);
      if (app === 'producer') throw new TerminalError('producer is left to people: scale it instead');
      if (app !== 'consumer' && app !== 'remainder') {
        throw new TerminalError(`policy ${policy} has no app ${app}; it has consumer, remainder, producer`);
      }
      if (instances < 1 || instances > 10)
        throw new TerminalError(`${app} may have 1 to 10 instances, not ${instances}`);
      const sinceMs = this.#nowMs;
      this.#overrides.set(app, { instances, sinceMs, untilMs: sinceMs + forMs, ...said });
      this.#say('Normal', 'Overridden', `app /queue-demo/${app}`, `held at ${instances} by hand`);
      this.#changed();
    },
    endOverride: (policy, app) => {
      this.#mustBeHere(policy);
      if (!this.#overrides.delete(app)) return;
      this.#say('Normal', 'OverrideEnded', `app /queue-demo/${app}`, 'somebody gave it back to its law');
      this.#changed();
    },
    scale: async (appId, instances) => {
      if (this.#trouble.scale !== undefined) throw new TransientError(this.#trouble.scale);
      if (appId !== this.#producer.id) throw new TerminalError(`${appId} is not scaled by people`);
      if (instances > 10)
        throw new TerminalError(`scaling ${appId} to ${instances}: the policy allows 0 to 10`);
      this.#say('Normal', 'ScaledByPage', `app ${appId}`, `${this.#producer.requested} to ${instances}`);
      this.#producer.requested = instances;
      this.#changed();
    },
  };

  #mustBeHere(policy: string): void {
    if (policy !== KEY) throw new TerminalError(`no policy ${policy} runs`);
  }

  subscribe(onChange: () => void): () => void {
    this.#listeners.add(onChange);
    return () => this.#listeners.delete(onChange);
  }

  /** How many follow the state. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** Lets `ms` of the world pass, a round every half second, and tells who listens after each. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    while (this.#nowMs + ROUND_MS <= endMs) {
      this.#nowMs += ROUND_MS;
      this.#round();
      this.#changed();
    }
    this.#nowMs = endMs;
  }

  /** An empty object heals everything. */
  setTrouble(trouble: Trouble): void {
    this.#trouble = trouble;
    const [message] = Object.values(trouble);
    if (message !== undefined) this.#say('Warning', 'NotRead', 'policy default/queue-demo', message);
    this.#changed();
  }

  view(): OperatorView {
    return {
      atMs: this.#nowMs,
      version: '0.1.0-test',
      ready: this.#trouble.ready === undefined,
      cluster: {
        url: 'http://127.0.0.1:8080',
        reachable: this.#trouble.marathon === undefined,
        message: this.#trouble.marathon ?? 'answers',
      },
      clusters: [],
      pools: [
        {
          name: 'default/queue-demo',
          capacity: { total: SLOTS, used: this.#used(), unit: 'slots' },
          lastRoundAtMs: this.#lastRoundAtMs,
          intervalMs: ROUND_MS,
          policies: [this.#policy()],
        },
      ],
      capacityPools: [],
      refused: [],
      leaving: [],
      decisions: this.#decisions,
      events: this.#events,
      problems: [],
      stats: { rounds: this.#rounds, decisions: this.#decisions.length, writes: this.#writes, conflicts: 0 },
    };
  }

  /** Hands end by themselves. */
  #endHands(): void {
    if ((this.#paused?.untilMs ?? Number.POSITIVE_INFINITY) <= this.#nowMs) this.actions.resume(KEY);
    for (const [app, { untilMs }] of this.#overrides)
      if (untilMs <= this.#nowMs) this.actions.endOverride(KEY, app);
  }

  #round(): void {
    this.#endHands();
    const seconds = ROUND_MS / 1000;
    for (const app of [this.#consumer, this.#remainder, this.#producer]) app.step(this.#nowMs);
    const wave = 1 + 0.6 * Math.sin((this.#nowMs - this.#startMs) / 9_000);
    const noise = 0.8 + 0.4 * seededAt(this.#seed, this.#rounds);
    const arrived = Math.round(this.#producer.count('running') * PER_PRODUCER_PER_S * seconds * wave * noise);
    const served = Math.min(
      this.#queue + arrived,
      Math.round(this.#consumer.count('running') * PER_CONSUMER_PER_S * seconds),
    );
    this.#queue += arrived - served;
    this.#counters.produced += arrived;
    this.#counters.consumed += served;
    this.#counters.work += this.#remainder.count('running') * 7;
    this.#decide(arrived / seconds);
    this.#rounds++;
    this.#lastRoundAtMs = this.#nowMs;
  }

  #decide(arrivalsPerS: number): void {
    if (this.#trouble.metric !== undefined || this.#paused !== undefined) return;
    const need = Math.ceil((arrivalsPerS + (this.#queue - TARGET * 0.6) / 4) / PER_CONSUMER_PER_S);
    const wanted = Math.min(10, Math.max(1, need));
    if (wanted >= this.#wanted) this.#lowerSinceMs = this.#nowMs;
    if (wanted > this.#wanted || this.#nowMs - this.#lowerSinceMs > 3_000) this.#wanted = wanted;
    const rest = this.#overrides.get('remainder')?.instances;
    const most = SLOTS - Math.max(1, rest ?? 1);
    const granted = Math.min(this.#overrides.get('consumer')?.instances ?? this.#wanted, most);
    const why = `${this.#queue} waiting, ${arrivalsPerS.toFixed(0)}/s arriving, ${PER_CONSUMER_PER_S}/s per instance`;
    const left = rest ?? SLOTS - granted;
    this.#scale(
      this.#remainder,
      handOver(left, this.#remainder, this.#consumer),
      `takes ${left} of ${SLOTS}: consumer is granted ${granted}`,
    );
    this.#scale(
      this.#consumer,
      handOver(granted, this.#consumer, this.#remainder),
      `wanted ${this.#wanted}: ${why}; granted ${granted}${granted < this.#wanted ? ': remainder keeps its minimum of 1' : ''}`,
    );
  }

  #scale(app: FakeApp, to: number, summary: string): void {
    this.#decided[app.id] = summary;
    const from = app.requested;
    if (from === to) return;
    app.requested = to;
    this.#writes++;
    const wanted = app === this.#consumer ? this.#wanted : to;
    const record = { atMs: this.#nowMs, pool: 'default/queue-demo', app: app.id, from, to };
    this.#decisions = [{ ...record, wanted, granted: to, summary }, ...this.#decisions].slice(0, 100);
    this.#say('Normal', 'Scaled', `app ${app.id}`, `${from} to ${to}`);
  }

  #policy(): PolicyView {
    const { metric, marathon } = this.#trouble;
    const at = (type: 'Ready' | 'MetricsAvailable' | 'Applied', wrong: string | undefined) =>
      ({
        type,
        status: wrong === undefined ? 'True' : 'False',
        reason: wrong === undefined ? 'AllTrue' : 'MarathonUnavailable',
        message: wrong ?? 'all is as the policy says',
        observedGeneration: 1,
      }) as const;
    let conditions = initialConditions(1, this.#startMs);
    for (const next of [
      at('Ready', metric ?? marathon),
      at('MetricsAvailable', metric),
      at('Applied', marathon),
    ])
      conditions = setCondition(conditions, next, this.#nowMs);
    return {
      namespace: 'default',
      name: 'queue-demo',
      source: 'directory specs/policies',
      labels: {},
      annotations: {},
      ...(this.#paused && { paused: this.#paused }),
      pool: 'default/queue-demo',
      generation: 1,
      observedGeneration: 1,
      mode: 'Reconcile',
      createdAt: new Date(this.#startMs).toISOString(),
      place: 'specs/policies/queue-demo.yaml',
      revision: 'sha256:0123abcd',
      spec,
      conditions,
      apps: this.#apps(),
    };
  }

  #apps(): readonly AppView[] {
    const { metric } = this.#trouble;
    const named = {
      type: 'QueueLength',
      label: 'queue demo-queue',
      unit: 'messages',
      target: TARGET,
    } as const;
    const queue: MetricView =
      metric === undefined
        ? { ...named, state: 'ok', value: this.#queue, atMs: this.#nowMs }
        : { ...named, state: 'unavailable', reason: metric };
    const { work, produced, consumed } = this.#counters;
    return [
      this.#app(this.#consumer, {
        role: 'scaled',
        priority: 1,
        min: 1,
        max: 10,
        wanted: this.#wanted,
        metrics: [queue],
        counters: { consumed },
      }),
      this.#app(this.#remainder, { role: 'remainder', priority: 2, min: 1, counters: { work } }),
      this.#app(this.#producer, {
        role: 'fixed',
        pageControl: { min: 0, max: 10 },
        counters: { produced },
      }),
    ];
  }

  #app(app: FakeApp, rest: Pick<AppView, 'role' | 'counters'> & Partial<AppView>): AppView {
    const summary = this.#decided[app.id] ?? 'left to people';
    const override = this.#overrides.get(app.name);
    return {
      ...(override && { override }),
      name: this.#title(app.name),
      id: app.id,
      policy: 'default/queue-demo',
      exists: true,
      wanted: app.requested,
      granted: app.requested,
      requested: app.requested,
      running: app.count('running'),
      staging: app.count('staging'),
      killing: app.count('killing'),
      waiting: 0,
      ready: app.count('running'),
      metrics: [],
      tasks: app.views(),
      summary,
      steps: [{ rule: 'law', before: app.requested, after: app.requested, reason: summary }],
      figures: { waiting: this.#queue },
      ...rest,
    };
  }

  #used(): number {
    return [this.#consumer, this.#remainder]
      .map((app) => Math.max(app.requested, app.tasks.length))
      .reduce((sum, n) => sum + n, 0);
  }

  #say(type: EventRecord['type'], reason: string, object: string, message: string): void {
    this.#events = [{ atMs: this.#nowMs, type, reason, object, message }, ...this.#events].slice(0, 100);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
