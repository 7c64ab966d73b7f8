// bench: many policies of ten apps each, whose apps are there already. In each policy one queue jumps about every half minute, each
// at times of its own, so that some counts change all the time.

export const APPS_A_POLICY = 10;
const INTERVAL = '1s';
const AT_REST = 20;
const JUMPS_MS = { least: 25_000, most: 35_000 };

interface NamedDocument {
  readonly name: string;
  readonly document: object;
}

export function manyPolicies(count: number): readonly NamedDocument[] {
  return Array.from({ length: count }, (_, index) => {
    const name = nameOf(index);
    const apps = Array.from({ length: APPS_A_POLICY }, (_, n) => appOf(index * APPS_A_POLICY + n, n));
    const spec = { interval: INTERVAL, capacity: { slots: 3 * APPS_A_POLICY }, apps };
    const metadata = { name };
    return {
      name,
      document: { apiVersion: 'microscaling.io/v1alpha1', kind: 'MicroscalingPolicy', metadata, spec },
    };
  });
}

/** What `POST /v2/groups` makes the apps of each from. */
export function groupsOf(count: number): readonly object[] {
  return Array.from({ length: count }, (_, index) => {
    const id = `/${nameOf(index)}`;
    const apps = Array.from({ length: APPS_A_POLICY }, (_, n) => ({
      id: `${id}/${appName(n)}`,
      instances: 1,
      ...definition(index * APPS_A_POLICY + n),
    }));
    return { id, apps };
  });
}

function nameOf(index: number): string {
  return `p-${String(index).padStart(5, '0')}`;
}

function appName(n: number): string {
  return n === APPS_A_POLICY - 1 ? 'remainder' : `app-${n}`;
}

function definition(seed: number): object {
  return { cmd: 'work', cpus: 0.01, mem: 1, portDefinitions: [], env: { QUEUE: `queue-${seed}` } };
}

/** Periods are counted from 1970: queues whose periods are the same jump in the same moment. */
function jumpsMs(seed: number): number {
  const { least, most } = JUMPS_MS;
  return least + ((seed * 7) % (most - least));
}

/** The first one has the queue that jumps, the last one is the remainder; the others' queues stay as they are. */
function appOf(seed: number, n: number): object {
  const common = { name: appName(n), adopt: true, app: definition(seed) };
  if (n === APPS_A_POLICY - 1)
    return { ...common, priority: 9, instances: { min: 1 }, remainder: { weight: 1 } };
  const [min, max] = n === 0 ? [0, 10 * AT_REST] : [AT_REST, AT_REST];
  const metric = { random: { min, max, period: `${jumpsMs(seed)}ms`, seed } };
  return {
    ...common,
    priority: 1 + (n % 3),
    instances: { min: 1, max: 10 },
    targets: [{ perInstance: AT_REST, metric }],
  };
}
