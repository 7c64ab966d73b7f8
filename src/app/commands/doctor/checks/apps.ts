// app: what in the definition of a scaled app makes it slow to come, slow to go, or more than its budget.

import type { AppSpec, MicroscalingPolicy } from '../../../../api/policy.ts';
import { isObject, type Json, type MarathonApp } from '../../../../schedulers/marathon/schema.ts';
import { type Check, given, timeText } from '../check.ts';
import type { Finding, Severity } from '../finding.ts';

const SLOW_START_MS = 10_000;
const LONG_GRACE_S = 10;
const SELDOM_S = 10;

/** An app of a policy as it is in Marathon, or as the policy would make it. */
interface Subject {
  readonly id: string;
  readonly spec: AppSpec;
  readonly definition: Json;
  readonly found?: MarathonApp;
}

type Look = (subject: Subject) => readonly (readonly [Severity, ...Words])[];
type Words = readonly [what: string, why: string, change: string];

export const checkApps: Check = ({ apps, policies }) =>
  policies === undefined
    ? { unchecked: 'no policies were given: name them with -f' }
    : given(apps, (found) => {
        const byId = new Map(found.map((app) => [app.id, app]));
        return policies.flatMap((policy) => subjectsOf(policy, byId).flatMap(lookAt));
      });

/** The operator does not scale fixed apps. */
function subjectsOf(policy: MicroscalingPolicy, byId: ReadonlyMap<string, MarathonApp>): readonly Subject[] {
  return policy.spec.apps
    .filter(({ instances }) => instances.fixed === undefined)
    .flatMap((spec) => {
      const { id } = spec;
      if (id === undefined) return [];
      const found = byId.get(id);
      return [{ id, spec, definition: found?.definition ?? spec.app ?? {}, ...(found && { found }) }];
    });
}

function lookAt(subject: Subject): readonly Finding[] {
  return LOOKS.flatMap((look) => look(subject)).map(([severity, what, why, change]) => ({
    check: 'apps',
    severity,
    app: subject.id,
    what: `${subject.id} ${what}`,
    why,
    change,
  }));
}

const forcedPull: Look = ({ definition }) => {
  const container = mapOf(definition['container']);
  if (mapOf(container['docker'])['forcePullImage'] !== true) return [];
  return [
    [
      'warning',
      'pulls its image at every start (forcePullImage)',
      'every instance that comes waits for the registry, and a registry that is away keeps all of them away',
      'set container.docker.forcePullImage to false and give every version of the image a tag of its own',
    ],
  ];
};

const download: Look = ({ definition }) => {
  const uncached = listOf(definition['fetch']).filter((item) => isObject(item) && item['cache'] !== true);
  if (uncached.length === 0) return [];
  return [
    [
      'note',
      'downloads files at every start (fetch without cache)',
      'every instance that comes waits for the download',
      'set cache: true on its fetch entries, or put the files into an image',
    ],
  ];
};

/** Measured, not guessed: from staging to running, of the instances that run. */
const slowStart: Look = ({ found }) => {
  const tookMs = (found?.tasks ?? [])
    .flatMap(({ stagedAtMs, startedAtMs }) =>
      stagedAtMs === undefined || startedAtMs === undefined ? [] : [startedAtMs - stagedAtMs],
    )
    .sort((a, b) => a - b);
  const medianMs = tookMs[Math.floor(tookMs.length / 2)];
  if (medianMs === undefined || medianMs <= SLOW_START_MS) return [];
  return [
    [
      'warning',
      `takes ${timeText(medianMs)} from staging to running (median of ${tookMs.length})`,
      'a queue grows for at least this long before an instance that was added helps',
      'keep its image small and on the agents, and raise its minimum until then',
    ],
  ];
};

const slowChecks: Look = ({ definition, spec }) => {
  const everyS = listOf(definition['healthChecks'])
    .filter(isObject)
    .map((check) => numberOr(check['intervalSeconds'], 60));
  const longestS = Math.max(0, ...everyS);
  if (longestS <= SELDOM_S || spec.behavior.startupTime !== undefined) return [];
  return [
    [
      'warning',
      `has a health check every ${longestS} s`,
      'an instance counts as serving only once its check has passed, so more of them may be asked for than are needed',
      'set intervalSeconds of its healthChecks to 10 or less; this restarts it once',
    ],
  ];
};

const slowEnd: Look = ({ definition }) => {
  const graceS = numberOr(definition['taskKillGracePeriodSeconds'], 0);
  if (graceS <= LONG_GRACE_S) return [];
  return [
    [
      'warning',
      `has ${graceS} s to end (taskKillGracePeriodSeconds)`,
      'a slot is handed on only when the instance that gives it up is gone',
      'let it end soon after SIGTERM, and lower taskKillGracePeriodSeconds as far as its work allows',
    ],
  ];
};

const overBudget: Look = ({ definition, found }) => {
  const strategy = definition['upgradeStrategy'];
  // What the policy would create gets a strategy that keeps to the budget.
  if (found === undefined && strategy === undefined) return [];
  const over = numberOr(mapOf(strategy)['maximumOverCapacity'], 1);
  if (over === 0) return [];
  return [
    [
      'note',
      `may have ${Math.round(over * 100)} % more instances during a restart (upgradeStrategy.maximumOverCapacity)`,
      'they are outside of what the policy shares: a restart takes them from others, or waits for room and stays locked',
      'set upgradeStrategy to { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 } with its next release',
    ],
  ];
};

const readiness: Look = ({ definition }) => {
  const [check] = listOf(definition['readinessChecks']).filter(isObject);
  const everyS = numberOr(check?.['intervalSeconds'], 30);
  if (check === undefined || everyS <= SELDOM_S) return [];
  return [
    [
      'note',
      `has a readiness check every ${everyS} s`,
      'each scaling up stays a deployment, and the app locked for others, until the check has passed',
      'set intervalSeconds of its readinessChecks to 5',
    ],
  ];
};

const single: Look = ({ definition, spec }) => {
  const labelled = mapOf(definition['labels'])['MARATHON_SINGLE_INSTANCE_APP'] === 'true';
  if (!labelled || (spec.instances.max ?? 2) <= 1) return [];
  return [
    [
      'error',
      'is limited to one instance (label MARATHON_SINGLE_INSTANCE_APP)',
      'Marathon refuses to scale it beyond that',
      'set instances.max to 1, or take the label away, which restarts it',
    ],
  ];
};

const onePerAgent: Look = ({ definition }) => {
  const unique = listOf(definition['constraints']).some(
    (c) => Array.isArray(c) && (c[0] === 'hostname' || c[0] === '@hostname') && c[1] === 'UNIQUE',
  );
  if (!unique && definition['requirePorts'] !== true) return [];
  return [
    [
      'note',
      `has at most one instance on an agent (${unique ? 'a UNIQUE constraint' : 'requirePorts'})`,
      'more instances than agents cannot start, whatever the budget says',
      'keep instances.max at or below the number of agents',
    ],
  ];
};

const LOOKS: readonly Look[] = [
  forcedPull,
  download,
  slowStart,
  slowChecks,
  slowEnd,
  readiness,
  overBudget,
  single,
  onePerAgent,
];

function mapOf(value: unknown): Json {
  return isObject(value) ? value : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}
