// app: the operator as it runs: sources, Marathon, metrics, controller, HTTP. The one place that names concrete adapters.

import { StoredInterventions } from '../../controller/interventions/stored-interventions.ts';
import { TravellingInterventions } from '../../controller/interventions/travelling-interventions.ts';
import { createOperator, type Operator } from '../../controller/operator.ts';
import type { OperatorDeps as ControllerDeps } from '../../controller/ports.ts';
import type { OperatorState } from '../../controller/status/view.ts';
import type { TaskIdentity } from '../../controller/watch/leadership.ts';
import { decide } from '../../core/decide.ts';
import { defined } from '../../lang/defined.ts';
import { AppliedObjects, createAppliedSource } from '../../policy-sources/applied/index.ts';
import type { FlightRecorder } from '../../recorder/recorder.ts';
import type { Clock } from '../../runtime/clock.ts';
import { createMemoryDocumentStore, type DocumentStore } from '../../runtime/document-store.ts';
import type { Logger } from '../../runtime/log.ts';
import type { HttpServer } from '../../runtime/network/http.ts';
import type { StatsdListener } from '../../runtime/network/statsd.ts';
import type { Redactor } from '../../runtime/redact.ts';
import { FairTurns } from '../../runtime/work/fair-turns.ts';
import { createMetrics, type Metrics } from '../../server/metrics/metrics.ts';
import type { OtlpDeps, OtlpExport } from '../../server/otlp/export.ts';
import { openOtlp } from '../../server/otlp/open.ts';
import { VERSION } from '../package-root.ts';
import { type Kubernetes, type KubernetesOptions, openKubernetes } from './kubernetes.ts';
import type { CarriedState } from './leases/shard.ts';
import { WhoActs } from './leases/who-acts.ts';
import { type ListeningConfig, listen } from './listening/listen.ts';
import { wayIn } from './listening/way-in.ts';
import { openReading, type Registered } from './reading.ts';
import { threadedLookBack } from './record/look-back.ts';
import { openRecorder, type RecordOptions, segmentsOf } from './record/recorder.ts';
import { replaysOf } from './record/replays.ts';
import { type OpenSchedulers, openSchedulers, type SchedulersDeps } from './schedulers.ts';
import { createSources, type SourcesConfig } from './sources.ts';
import { NOTHING_LASTS, openStore } from './store.ts';
import type { TrustOptions } from './trust.ts';

/** Of each turn of the event loop, for rounds that begin and again for those that go on: a request waits for some turns. */
const ROUNDS_SHARE_MS = 4;

export interface OperatorConfig extends SourcesConfig, ListeningConfig {
  /** As a task of the Marathon in `marathon`: acts only while it is the newest of its app. */
  readonly task?: TaskIdentity;
  /** Directory of the store; absent: nothing outlives the process. */
  readonly dataDir?: string;
  /** What is recorded beside the store. */
  readonly record?: RecordOptions;
  /** A cluster to follow, and how; there a Lease decides which of several operators acts. */
  readonly kubernetes?: KubernetesOptions;
  /** Name of the scheduler that policies live in; default: marathon. */
  readonly scheduler?: string;
  /** Base URLs for policies that name no Marathon. */
  readonly marathon: readonly string[];
  /** Base URL of a master of the Mesos beside it. */
  readonly mesos?: string | undefined;
  /** What policies from git, the API and Kubernetes may ask for; nothing by default. */
  readonly allow?: TrustOptions;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface OperatorDeps extends Registered {
  readonly clock: Clock;
  readonly log: Logger;
  readonly redactor: Redactor;
  /** Receives the programs' counters, shown on the page; whoever opened it closes it. */
  readonly statsd?: StatsdListener;
}

export interface RunningOperator {
  /** Of the page and the API. */
  readonly url: string;
  readonly state: OperatorState;
  /** Settles when `signal` has aborted, the present round is finished and everything is closed. */
  readonly stopped: Promise<void>;
}

/**
 * Starts everything; returns once the API listens.
 *
 * @throws TerminalError when a port cannot be had, a Marathon URL, an --allow-… option or the store cannot be used
 */
export async function startOperator(
  config: OperatorConfig,
  deps: OperatorDeps,
  signal: AbortSignal,
): Promise<RunningOperator> {
  const { host, port } = config.api;
  const documents = openStore(config.dataDir, { api: `${host}:${port}`, clock: deps.clock });
  try {
    const running = await start(config, { ...deps, ...defined({ documents }) }, signal);
    if (documents === undefined) deps.log.info(NOTHING_LASTS);
    const { url } = running;
    const notice = wayIn({ ...config, boundTo: host, url, ...defined({ documents }) });
    if (notice !== undefined) deps.log[notice.level](notice.message);
    return running;
  } catch (error) {
    documents?.close();
    throw error;
  }
}

/** Without `documents` nothing outlives the process. */
type StoredDeps = OperatorDeps & { readonly documents?: DocumentStore };

async function start(
  config: OperatorConfig,
  deps: StoredDeps,
  signal: AbortSignal,
): Promise<RunningOperator> {
  const { clock, log, documents, redactor, statsd } = deps;
  const { env, task } = config;
  const reading = openReading(config, deps);
  const carried = carriedState(deps, () => operator);
  const kubernetes = await openKubernetes(config.kubernetes ?? {}, {
    ...{ load: reading.loadUntrusted, clock, log, env, task, carried },
  });
  const values = reading.values(kubernetes?.secret);
  const redact = (text: string): string => redactor.redact(text);
  const telemetry = await openTelemetry({ env, clock, log, redact, view: () => operator.state.view() });
  const whoActs = new WhoActs({
    ...{ kubernetes, task, selector: config.kubernetes?.selector, clock, log, carried },
    poolsOf: (workload) => operator.poolsOf(workload),
  });
  const schedulers = openSchedulers({
    ...{ clock, log, values, env, onCall: telemetry.onCall },
    ...defined({ types: deps.schedulers, type: config.scheduler, documents, isActing: whoActs.isActing }),
    defaultUrls: config.marathon,
    mesosUrl: config.mesos,
    kubeconfig: config.kubernetes?.kubeconfig,
    kubeContext: config.kubernetes?.kubeContext,
  });
  const { run: shareOut, ...acting } = whoActs.open(schedulers);
  const recorder = openRecorder(config.dataDir, config.record ?? {}, { clock, log, redact });
  const applied =
    documents === undefined
      ? undefined
      : new AppliedObjects({
          ...{ documents, log, load: reading.loadUntrusted, upgrade: reading.form.inPresentForm },
        });
  const elsewhere = kubernetes === undefined ? [] : [kubernetes.interventions];
  const operator = createOperator({
    clock,
    log,
    random: Math.random,
    sources: [
      ...createSources(config, { ...reading, clock, log, values, loadTrusted: reading.form.loadPolicies }),
      ...(applied === undefined ? [] : [createAppliedSource(applied)]),
      ...(kubernetes === undefined ? [] : [kubernetes.source]),
    ],
    ...clustersOf(schedulers),
    // Another scheduler than Marathon knows its own cluster.
    ownCluster: config.scheduler !== undefined || config.marathon.length > 0,
    metricSourceFor: (metric) => reading.metricSources.create(metric, { clock, log, values }),
    describeMetric: (metric) => reading.metricSources.describe(metric, values),
    ...(statsd !== undefined && { counters: (app) => statsd.totals(app) }),
    redact,
    decide,
    turns: { begin: roundTurns(clock), goOn: roundTurns(clock) },
    ...acting,
    interventionHomes: [...elsewhere, carried.stored],
    onRound: telemetry.onRound,
    ...defined({ documents, recorder, inRound: telemetry.otlp?.inRound }),
    version: VERSION,
  });
  const record = recorder && segmentsOf(recorder);
  const lookBack = recorder && threadedLookBack(recorder, { clock, signal });
  const replays = recorder && replaysOf(recorder);
  const interventions = { stored: carried.stored, others: elsewhere };
  const { metrics, otlp } = telemetry;
  const shown = { metrics, state: operator.state, documents, applied, interventions, form: reading.form };
  const server = await listen(config, { clock, log, ...shown, record, lookBack, replays }, signal);
  // So that no event says that this instance stands by while it is the only one.
  await kubernetes?.stand();
  return {
    url: server.url,
    state: operator.state,
    stopped: finish(operator.run(signal), {
      ...{ shareOut, server, schedulers, documents, kubernetes, recorder, otlp },
    }),
  };
}

/** What goes along with a pool that another operator takes over. */
function carriedState(
  { clock, log, documents = createMemoryDocumentStore() }: StoredDeps,
  operator: () => Operator,
): CarriedState & { readonly stored: StoredInterventions; readonly interventions: TravellingInterventions } {
  const stored = new StoredInterventions({ documents, clock, log });
  return {
    stored,
    learning: {
      of: (pool) => operator().learning.of(pool),
      taken: (pool, learned) => operator().learning.taken(pool, learned),
    },
    interventions: new TravellingInterventions({
      ...{ stored, log, now: () => clock.now() },
      policiesOf: (pool) => operator().policiesOf(pool),
      mayBeIn: (policy, pool) => operator().mayBeIn(policy, pool),
    }),
  };
}

interface Telemetry {
  readonly metrics: Metrics;
  readonly otlp: OtlpExport | undefined;
  readonly onCall: NonNullable<SchedulersDeps['onCall']>;
  readonly onRound: Metrics['roundEnded'];
}

/** Whoever counts calls and rounds, in one place. */
async function openTelemetry(deps: Omit<OtlpDeps, 'metrics' | 'version'>): Promise<Telemetry> {
  const metrics = createMetrics(VERSION);
  const otlp = await openOtlp({ ...deps, metrics, version: VERSION });
  return {
    ...{ metrics, otlp },
    onCall: (call) => {
      metrics.schedulerCalled(call);
      otlp?.schedulerCalled(call);
    },
    onRound: (report) => {
      metrics.roundEnded(report);
      otlp?.roundEnded(report);
    },
  };
}

/** What rounds ask of the schedulers' clusters. */
function clustersOf(schedulers: OpenSchedulers) {
  return {
    schedulerFor: (cluster) => schedulers.of(cluster),
    clusterId: (cluster) => schedulers.idOf(cluster),
    identityOf: (cluster, name) => schedulers.identityOf(cluster, name),
    schedulerInfo: () => schedulers.info(),
    clusterInfo: (cluster) => schedulers.clusterInfo(cluster),
    words: schedulers.words,
    wordsOf: (cluster) => schedulers.wordsOf(cluster),
    workloadOf: schedulers.workloadOf,
  } satisfies Partial<ControllerDeps>;
}

function roundTurns(clock: Clock): FairTurns['turn'] {
  return new FairTurns({ clock, shareMs: ROUNDS_SHARE_MS }).turn;
}

interface Parts {
  readonly shareOut: (signal: AbortSignal) => Promise<void>;
  readonly server: HttpServer;
  readonly schedulers: Pick<OpenSchedulers, 'close'>;
  readonly documents: DocumentStore | undefined;
  readonly kubernetes: Kubernetes | undefined;
  readonly recorder: FlightRecorder | undefined;
  readonly otlp: OtlpExport | undefined;
}

async function finish(
  running: Promise<void>,
  { shareOut, server, schedulers, documents, kubernetes, recorder, otlp }: Parts,
): Promise<void> {
  const rounds = new AbortController();
  const over = new AbortController();
  const shared = shareOut(rounds.signal);
  const recorded = recorder?.run(over.signal);
  try {
    await running;
  } finally {
    // Whoever begins no round any more takes no pool.
    rounds.abort();
    await shared;
    await Promise.allSettled([server.close(), schedulers.close(), kubernetes?.close(), otlp?.close()]);
    over.abort();
    await recorded;
    documents?.close();
  }
}
