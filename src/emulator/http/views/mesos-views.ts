// emulator: agents, framework, roles and gauges as the HTTP API of a Mesos master spells them. mem and disk are MB.

import type { Instance, Task } from '../../marathon/instances/instance.ts';
import type { Marathon } from '../../marathon/marathon.ts';
import type { Agent, Resources } from '../../mesos/cluster.ts';
import { Ports } from '../../mesos/ports.ts';
import { isTerminal } from '../../mesos/task-status.ts';
import type { ServerAddress } from '../routes/system-routes.ts';

type Wire = Record<string, unknown>;

const MESOS_VERSION = '1.11.0';
/** How a master would be started that offers as ours does. */
export const MASTER_FLAGS: Wire = { allocation_interval: '1secs' };
const AGENT_PORT = 5051;
const NOTHING: Resources = { cpus: 0, mem: 0, disk: 0, gpus: 0 };
const NAMES = ['cpus', 'mem', 'disk', 'gpus'] as const;

interface Live {
  readonly instance: Instance;
  readonly task: Task;
}

function liveTasks(marathon: Marathon): Live[] {
  return [...marathon.instances.tracker.all()].flatMap((instance) => {
    const { task } = instance;
    if (task === undefined || (task.state !== undefined && isTerminal(task.state))) return [];
    return [{ instance, task }];
  });
}

/** @param detail `full` adds the lists of single resources that `/slaves` has */
export function agentViews(marathon: Marathon, detail: 'plain' | 'full'): Wire[] {
  const live = liveTasks(marathon);
  return marathon.cluster.agents.map((agent) => {
    const ports = live.filter(({ task }) => task.placement.agentId === agent.id);
    return agentView(agent, portRanges(ports), detail);
  });
}

function agentView(agent: Agent, usedPorts: string | undefined, detail: 'plain' | 'full'): Wire {
  const total = { ...agent.total, ports: Ports.range };
  const used = { ...agent.used, ...(usedPorts === undefined ? {} : { ports: usedPorts }) };
  return {
    id: agent.id,
    hostname: agent.hostname,
    port: AGENT_PORT,
    pid: `slave(1)@${agent.hostname}:${AGENT_PORT}`,
    version: MESOS_VERSION,
    active: true,
    deactivated: false,
    attributes: {},
    capabilities: ['MULTI_ROLE', 'RESERVATION_REFINEMENT'],
    resources: total,
    used_resources: used,
    offered_resources: NOTHING,
    reserved_resources: {},
    unreserved_resources: total,
    ...(detail === 'plain'
      ? {}
      : {
          reserved_resources_full: {},
          unreserved_resources_full: scalars(agent.total),
          used_resources_full: scalars(agent.used),
          offered_resources_full: [],
        }),
  };
}

function scalars(resources: Resources): Wire[] {
  return NAMES.filter((name) => resources[name] > 0).map((name) => ({
    name,
    type: 'SCALAR',
    scalar: { value: resources[name] },
    role: '*',
  }));
}

/** `[31005-31005, 31007-31007]`; undefined without ports. */
function portRanges(tasks: readonly Live[]): string | undefined {
  const ports = tasks.flatMap(({ task }) => task.placement.ports).sort((a, b) => a - b);
  return ports.length === 0 ? undefined : `[${ports.map((port) => `${port}-${port}`).join(', ')}]`;
}

export function stateView(marathon: Marathon, { authority, host, port }: ServerAddress): Wire {
  return {
    version: MESOS_VERSION,
    cluster: 'microscaling',
    hostname: host,
    leader: `master@${authority}`,
    leader_info: { id: marathon.frameworkId, hostname: host, port },
    activated_slaves: marathon.cluster.agents.length,
    deactivated_slaves: 0,
    unreachable_slaves: 0,
    flags: MASTER_FLAGS,
    slaves: agentViews(marathon, 'full'),
    frameworks: [{ ...frameworkView(marathon), tasks: liveTasks(marathon).map(taskView(marathon)) }],
    completed_frameworks: [],
    orphan_tasks: [],
  };
}

function frameworkView(marathon: Marathon): Wire {
  return {
    id: marathon.frameworkId,
    name: 'marathon',
    active: true,
    connected: true,
    roles: rolesOf(marathon),
    used_resources: usedBy(marathon.cluster.agents),
    offered_resources: NOTHING,
  };
}

function taskView(marathon: Marathon): (live: Live) => Wire {
  return ({ instance, task }) => {
    const { agentId, resources } = task.placement;
    return {
      id: task.id,
      name: instance.appId.split('/').filter(Boolean).reverse().join('.'),
      framework_id: marathon.frameworkId,
      executor_id: '',
      slave_id: agentId,
      state: task.state ?? 'TASK_STAGING',
      role: instance.runSpec.role,
      resources,
    };
  };
}

/** The smaller sibling of the state: counts instead of tasks. */
export function agentSummaries(marathon: Marathon, { host }: ServerAddress): Wire {
  const live = liveTasks(marathon);
  return {
    hostname: host,
    cluster: 'microscaling',
    slaves: marathon.cluster.agents.map((agent, index) => ({
      ...agentViews(marathon, 'plain')[index],
      ...stateCounts(live.filter(({ task }) => task.placement.agentId === agent.id)),
      framework_ids: [marathon.frameworkId],
    })),
    frameworks: [
      {
        ...frameworkView(marathon),
        ...stateCounts(live),
        slave_ids: [...new Set(live.map(({ task }) => task.placement.agentId))],
      },
    ],
  };
}

function stateCounts(live: readonly Live[]): Wire {
  const counts: Record<string, number> = {
    TASK_STAGING: 0,
    TASK_STARTING: 0,
    TASK_RUNNING: 0,
    TASK_KILLING: 0,
  };
  for (const { task } of live) {
    const state = task.state ?? 'TASK_STAGING';
    counts[state] = (counts[state] ?? 0) + 1;
  }
  return counts;
}

function rolesOf(marathon: Marathon): string[] {
  return [...new Set(['*', ...[...marathon.root.apps()].map(({ role }) => role)])];
}

/** Nobody has a quota here. */
export function rolesView(marathon: Marathon): Wire[] {
  const live = liveTasks(marathon);
  return rolesOf(marathon).map((name) => {
    const own = live.filter(({ instance }) => instance.runSpec.role === name);
    const allocated = sum(own.map(({ task }) => task.placement.resources));
    return {
      name,
      weight: 1,
      frameworks: [marathon.frameworkId],
      resources: allocated,
      allocated,
      offered: NOTHING,
      reserved: NOTHING,
      quota: { role: name, guarantee: {}, limit: {}, consumed: allocated },
    };
  });
}

/** @param elected whether the node that is asked leads */
export function metricsView({ cluster: { agents } }: Marathon, elected: boolean): Wire {
  const total = sum(agents.map((agent) => agent.total));
  const used = usedBy(agents);
  const gauges: Record<string, number> = {
    'master/elected': Number(elected),
    'master/slaves_active': elected ? agents.length : 0,
    'master/slaves_inactive': 0,
    'master/slaves_connected': elected ? agents.length : 0,
    'master/slaves_disconnected': 0,
    'master/slaves_unreachable': 0,
  };
  for (const name of elected ? NAMES : []) {
    gauges[`master/${name}_total`] = total[name];
    gauges[`master/${name}_used`] = used[name];
    gauges[`master/${name}_percent`] = total[name] === 0 ? 0 : used[name] / total[name];
    gauges[`allocator/mesos/resources/${name}/total`] = total[name];
    gauges[`allocator/mesos/resources/${name}/offered_or_allocated`] = used[name];
  }
  return gauges;
}

function usedBy(agents: readonly Agent[]): Resources {
  return sum(agents.map((agent) => agent.used));
}

function sum(all: readonly Resources[]): Resources {
  return all.reduce(
    (a, b) => ({ cpus: a.cpus + b.cpus, mem: a.mem + b.mem, disk: a.disk + b.disk, gpus: a.gpus + b.gpus }),
    NOTHING,
  );
}
