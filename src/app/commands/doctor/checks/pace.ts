// app: Marathon's flags that set the pace at which instances move.

import type { MicroscalingPolicy } from '../../../../api/policy.ts';
import { type Check, timeText } from '../check.ts';
import type { Evidence } from '../evidence.ts';
import type { Finding, Severity } from '../finding.ts';

/** One flag of `marathon_config` and where it starts to hurt. Times in ms. */
interface Rule {
  readonly name: string;
  /** The flag as Marathon is started with it, where `/v2/info` spells it differently. */
  readonly flag?: string;
  readonly unit: 'ms' | 'count';
  /** The first one whose limit is passed counts. */
  readonly limits: readonly (readonly [how: 'above' | 'below', limit: number, severity: Severity])[];
  readonly why: string;
  readonly better: string;
}

const RULES: readonly Rule[] = [
  {
    name: 'min_revive_offers_interval',
    unit: 'ms',
    limits: [
      ['above', 5000, 'warning'],
      ['above', 1000, 'note'],
    ],
    why: 'an instance that waits for room sees new offers only after this time, however early the room is there',
    better: '1000',
  },
  {
    name: 'max_instances_per_offer',
    unit: 'count',
    limits: [['below', 5, 'warning']],
    why: 'more instances than this need another round of offers from the same agent, some seconds each',
    better: '5, or as many as an agent may hold',
  },
  {
    name: 'launch_token',
    flag: 'launch_tokens',
    unit: 'count',
    limits: [['below', 100, 'warning']],
    why: 'no more launches than this may be unconfirmed at a time: a larger move stops until the tokens come back',
    better: '100 or more',
  },
  {
    name: 'launch_token_refresh_interval',
    unit: 'ms',
    limits: [['above', 30_000, 'warning']],
    why: 'launches that do not get through keep their tokens this long, and others wait for them',
    better: '30000',
  },
  {
    name: 'offer_matching_timeout',
    unit: 'ms',
    limits: [['above', 3000, 'warning']],
    why: 'an offer may be held this long before an app gets it',
    better: '1000 to 3000',
  },
  {
    name: 'decline_offer_duration',
    unit: 'ms',
    limits: [['above', 120_000, 'warning']],
    why: 'an agent whose offer was declined is not offered again for this long unless Marathon asks for it',
    better: '120000 or less',
  },
  {
    name: 'task_launch_timeout',
    unit: 'ms',
    limits: [['above', 300_000, 'warning']],
    why: 'an instance that is stuck while starting holds its slot for this long before it is replaced',
    better: '300000 or less; 60000 where images are small',
  },
];

export const checkPace: Check = (evidence) => {
  const { flags } = evidence.info;
  return [
    ...RULES.flatMap((rule) => checkFlag(rule, flags[rule.name])),
    ...checkTokens(flags['launch_token'], evidence.policies ?? []),
    ...checkDeployments(flags['max_running_deployments'], evidence.policies ?? []),
    ...checkNodes(evidence),
  ];
};

function checkFlag(rule: Rule, value: unknown): readonly Finding[] {
  if (typeof value !== 'number') return [];
  const passed = rule.limits.find(([how, limit]) => (how === 'above' ? value > limit : value < limit));
  if (passed === undefined) return [];
  const [, , severity] = passed;
  const shown = rule.unit === 'ms' ? timeText(value) : String(value);
  const flag = `--${rule.flag ?? rule.name}`;
  return [
    finding(severity, `${flag} is ${shown}`, {
      why: rule.why,
      change: `start Marathon with ${flag} ${rule.better}`,
    }),
  ];
}

/** Enough by the rule above may still be less than what a policy moves. */
function checkTokens(tokens: unknown, policies: readonly MicroscalingPolicy[]): readonly Finding[] {
  const slots = Math.max(0, ...policies.map(({ spec }) => spec.capacity?.slots ?? 0));
  if (typeof tokens !== 'number' || tokens < 100 || slots <= tokens) return [];
  return [
    finding('warning', `--launch_tokens is ${tokens}, and a policy shares ${slots} slots`, {
      why: 'a change of more instances than there are tokens stops until tokens come back',
      change: `start Marathon with --launch_tokens ${slots} or more`,
    }),
  ];
}

/** Each app that scales at this moment is one deployment. */
function checkDeployments(limit: unknown, policies: readonly MicroscalingPolicy[]): readonly Finding[] {
  const apps = policies.reduce((sum, { spec }) => sum + spec.apps.length, 0);
  if (typeof limit !== 'number' || apps <= limit) return [];
  return [
    finding('warning', `--max_running_deployments is ${limit}, and the policies have ${apps} apps`, {
      why: 'every scaling is a deployment, and above this number Marathon refuses all of them',
      change: `start Marathon with --max_running_deployments ${apps * 2}`,
    }),
  ];
}

/** The flag `ha` is true unless somebody turned it off, for a single node too; what a standby passes on is a proof. */
function checkNodes({ passedOn, urlCount }: Evidence): readonly Finding[] {
  if (passedOn !== true || urlCount > 1) return [];
  return [
    finding('note', 'this Marathon is one of several nodes, and one address of it is known', {
      why: 'while that node is away, nothing is scaled, although another one may lead',
      change: 'give the addresses of the others too, with --marathon or marathon.urls',
    }),
  ];
}

function finding(severity: Severity, what: string, advice: Pick<Finding, 'why' | 'change'>): Finding {
  return { check: 'pace', severity, what, ...advice };
}
