// emulator: the pretend cluster: agents with resources, and how much of them is in use.

import type { Ports } from './ports.ts';

/** cpus are shares of a core, mem and disk MB. */
export interface Resources {
  readonly cpus: number;
  readonly mem: number;
  readonly disk: number;
  readonly gpus: number;
}

export interface AgentSpec {
  readonly id: string;
  readonly hostname: string;
  readonly total: Resources;
  /** How many tasks fit whatever their size; unlimited when absent. */
  readonly slots?: number;
}

export interface Agent extends AgentSpec {
  readonly used: Resources;
  readonly tasks: number;
}

/** Why an offer is declined, in the order in which Marathon looks. */
export const DECLINE_REASONS = [
  'UnfulfilledRole',
  'UnfulfilledConstraint',
  'NoCorrespondingReservationFound',
  'AgentMaintenance',
  'InsufficientCpus',
  'InsufficientMemory',
  'InsufficientDisk',
  'InsufficientGpus',
  'InsufficientPorts',
  'DeclinedScarceResources',
] as const;
export type DeclineReason = (typeof DECLINE_REASONS)[number];

export interface Demand extends Resources {
  /** One entry a port: the number that it must have, or 0 for any. */
  readonly ports: readonly number[];
}

export interface Placement {
  readonly agentId: string;
  readonly hostname: string;
  readonly resources: Resources;
  readonly ports: readonly number[];
}

export interface Decline {
  readonly agent: AgentSpec;
  readonly reason: DeclineReason;
}

export type Match =
  | { readonly placement: Placement; readonly declines: readonly Decline[] }
  | { readonly placement?: undefined; readonly declines: readonly Decline[] };

/** Sums of shares like 0.1 do not come out even. */
const EPSILON = 1e-9;

export class Cluster {
  readonly #agents: Map<string, MutableAgent>;
  readonly #ports: Ports;
  /** The agent whose turn it is: offers come from all, so tasks spread. */
  #next = 0;

  constructor(agents: readonly AgentSpec[], ports: Ports) {
    this.#agents = new Map(agents.map((spec) => [spec.id, { ...spec, used: NOTHING, tasks: 0 }]));
    this.#ports = ports;
  }

  get agents(): readonly Agent[] {
    return [...this.#agents.values()];
  }

  /**
   * Takes the resources from the first agent in turn that has them; says why those before it have not.
   *
   * @param accepts whether the app may run there at all
   */
  place(demand: Demand, accepts: (agent: AgentSpec) => boolean = () => true): Match {
    const declines: Decline[] = [];
    const all = [...this.#agents.values()];
    const inTurn = [...all.slice(this.#next), ...all.slice(0, this.#next)];
    for (const agent of inTurn) {
      const reason = accepts(agent) ? lacking(agent, demand) : 'UnfulfilledConstraint';
      const ports = reason === undefined ? this.#ports.take(demand.ports) : undefined;
      if (ports === undefined) {
        declines.push({ agent, reason: reason ?? 'InsufficientPorts' });
        continue;
      }
      occupy(agent, demand, 1);
      this.#next = (all.indexOf(agent) + 1) % all.length;
      const { cpus, mem, disk, gpus } = demand;
      const resources = { cpus, mem, disk, gpus };
      return { placement: { agentId: agent.id, hostname: agent.hostname, resources, ports }, declines };
    }
    return { declines };
  }

  release(placement: Placement): void {
    const agent = this.#agents.get(placement.agentId);
    if (agent === undefined) return;
    occupy(agent, placement.resources, -1);
    this.#ports.giveBack(placement.ports);
  }
}

interface MutableAgent extends AgentSpec {
  used: Resources;
  tasks: number;
}

const NOTHING: Resources = { cpus: 0, mem: 0, disk: 0, gpus: 0 };

/** Mesos knows no slots: an agent that has given all of them away has no cpu to offer. */
function lacking(agent: MutableAgent, demand: Resources): DeclineReason | undefined {
  const { total, used } = agent;
  const short = (name: keyof Resources): boolean => used[name] + demand[name] > total[name] + EPSILON;
  if (short('cpus') || agent.tasks >= (agent.slots ?? Number.POSITIVE_INFINITY)) return 'InsufficientCpus';
  if (short('mem')) return 'InsufficientMemory';
  if (short('disk')) return 'InsufficientDisk';
  if (short('gpus')) return 'InsufficientGpus';
  return undefined;
}

function occupy(agent: MutableAgent, { cpus, mem, disk, gpus }: Resources, sign: 1 | -1): void {
  agent.tasks += sign;
  const { used } = agent;
  agent.used =
    agent.tasks === 0
      ? NOTHING
      : {
          cpus: used.cpus + sign * cpus,
          mem: used.mem + sign * mem,
          disk: used.disk + sign * disk,
          gpus: used.gpus + sign * gpus,
        };
}
