// emulator: the scheduler as a whole, without HTTP.

import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/log.ts';
import type { AppDefinition } from '../definition/app.ts';
import { DEFAULT_SETTINGS, type ServerSettings } from '../definition/settings.ts';
import { HealthChecks } from '../health/health-checks.ts';
import type { Prober } from '../health/prober.ts';
import { Readiness } from '../health/readiness.ts';
import { type AgentSpec, Cluster } from '../mesos/cluster.ts';
import { Executor } from '../mesos/executor.ts';
import { Ports } from '../mesos/ports.ts';
import type { ProcessRunner } from '../mesos/process-runner.ts';
import { type TaskEnvironment, taskEnvironment } from '../mesos/task-environment.ts';
import { Deployments } from './deployments/deployments.ts';
import { EventBus } from './event-bus.ts';
import { GroupManager } from './groups/group-manager.ts';
import { Root } from './groups/root.ts';
import { InstanceManager } from './instances/instance-manager.ts';
import { InstanceTracker } from './instances/instance-tracker.ts';
import { LaunchDelays } from './instances/launch-delay.ts';
import { VersionClock } from './timestamp.ts';

/** As `--scale_apps_initial_delay` and `--scale_apps_interval`. */
const SCALE_CHECK_FIRST_MS = 15_000;
const SCALE_CHECK_EVERY_MS = 300_000;

export interface MarathonDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly runner: ProcessRunner;
  readonly prober: Prober;
  readonly agents: readonly AgentSpec[];
  readonly environment: TaskEnvironment;
  readonly startDelayMs: number;
  readonly random: () => number;
  readonly uuid: () => string;
  /** The command line; Marathon's defaults when absent. */
  readonly settings?: ServerSettings;
}

export interface Marathon {
  readonly clock: Clock;
  readonly root: Root;
  readonly groups: GroupManager;
  readonly deployments: Deployments;
  readonly instances: InstanceManager;
  readonly cluster: Cluster;
  readonly events: EventBus;
  readonly frameworkId: string;
  readonly settings: ServerSettings;
  /** Ends every task; resolves when all have ended. */
  close(): Promise<void>;
}

export function createMarathon(deps: MarathonDeps): Marathon {
  const { clock, log, runner, prober, uuid } = deps;
  const events = new EventBus(clock);
  const versions = new VersionClock(clock);
  const root = new Root(versions.next());
  const cluster = new Cluster(deps.agents, new Ports(deps.random));
  const tracker = new InstanceTracker({ events, uuid });
  const wanted = (appId: string): AppDefinition | undefined => root.app(appId);
  const health = new HealthChecks({
    clock,
    events,
    tracker,
    prober,
    wanted,
    environment: ({ runSpec }, { id, placement }) =>
      taskEnvironment(deps.environment, { app: runSpec, taskId: id, placement }),
    kill: (instance, reason) => instances.killUnhealthy(instance, reason),
  });
  const instances: InstanceManager = new InstanceManager({
    clock,
    cluster,
    runner,
    tracker,
    health,
    readiness: new Readiness({ clock, tracker, prober }),
    executor: new Executor({ clock, runner, startDelayMs: deps.startDelayMs }),
    delays: new LaunchDelays(clock),
    environment: deps.environment,
    wanted,
    isLocked: (appId) => deployments.lockOf(appId) !== undefined,
    whenFree: (appId) => deployments.whenFree(appId),
  });
  const deployments = new Deployments({ instances, events, log });
  const groups = new GroupManager({ root, deployments, events, versions, uuid });
  const closing = new AbortController();
  void checkScales(clock, root, instances, closing.signal);
  return {
    clock,
    root,
    groups,
    deployments,
    instances,
    cluster,
    events,
    frameworkId: `${uuid()}-0000`,
    settings: deps.settings ?? DEFAULT_SETTINGS,
    close: () => {
      closing.abort();
      deployments.close();
      return instances.close();
    },
  };
}

/** The safety net under everything that goes by events. */
async function checkScales(
  clock: Clock,
  root: Root,
  instances: InstanceManager,
  signal: AbortSignal,
): Promise<void> {
  try {
    for (let waitMs = SCALE_CHECK_FIRST_MS; ; waitMs = SCALE_CHECK_EVERY_MS) {
      await clock.sleep(waitMs, signal);
      for (const { id } of root.apps()) instances.scaleCheck(id);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
