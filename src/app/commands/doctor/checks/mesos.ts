// app: how soon Mesos offers what has become free.

import { type Check, given, timeText } from '../check.ts';
import type { MesosReading } from '../evidence.ts';
import type { Finding } from '../finding.ts';

/** Mesos' own default. */
const USUAL_MS = 1000;

export const checkMesos: Check = ({ mesos }) =>
  given(mesos, (reading) => [...checkInterval(reading), ...checkAgents(reading)]);

function checkInterval({ allocationIntervalMs: ms }: MesosReading): readonly Finding[] {
  if (ms === undefined) {
    return [
      finding('note', 'the Mesos master does not tell its flags', {
        why: 'its --allocation_interval adds to the time in which a slot moves to another app',
        change: 'look at how it is started: 1secs is its default',
      }),
    ];
  }
  if (ms <= USUAL_MS) return [];
  return [
    finding('warning', `--allocation_interval of the Mesos master is ${timeText(ms)}`, {
      why: 'what an instance leaves behind is offered to the next one only at the next allocation: every hand-over waits for it',
      change: 'start the master with --allocation_interval=1secs or less',
    }),
  ];
}

function checkAgents({ agents }: MesosReading): readonly Finding[] {
  if (!agents.ok) {
    return [
      finding('note', `the agents cannot be counted: ${agents.reason}`, {
        why: 'a policy with capacity.cluster reads its budget from there',
        change: 'let this account read /slaves of the Mesos master, or use capacity.slots',
      }),
    ];
  }
  const { active, inactive } = agents.value;
  if (active === 0) {
    return [
      finding('error', 'no agent of Mesos is active', {
        why: 'nothing can be started',
        change: 'start agents, or activate those that are there',
      }),
    ];
  }
  if (inactive === 0) return [];
  return [
    finding('note', `${inactive} of ${active + inactive} agents are not active`, {
      why: 'what they have is offered to nobody, while a budget in slots still counts on it',
      change: 'reactivate them, or lower capacity.slots for as long as they are away',
    }),
  ];
}

function finding(
  severity: Finding['severity'],
  what: string,
  advice: Pick<Finding, 'why' | 'change'>,
): Finding {
  return { check: 'mesos', severity, what, ...advice };
}
