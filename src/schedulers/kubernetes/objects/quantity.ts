// schedulers/kubernetes/objects: Kubernetes' quantities as numbers. Pure.

const SCALES: ReadonlyMap<string, number> = new Map([
  ['n', 1e-9],
  ['u', 1e-6],
  ['m', 1e-3],
  ['', 1],
  ['k', 1e3],
  ['M', 1e6],
  ['G', 1e9],
  ['T', 1e12],
  ['P', 1e15],
  ['E', 1e18],
  ['Ki', 2 ** 10],
  ['Mi', 2 ** 20],
  ['Gi', 2 ** 30],
  ['Ti', 2 ** 40],
  ['Pi', 2 ** 50],
  ['Ei', 2 ** 60],
]);

const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/;

/** `500m` is 0.5, `1Gi` is 1073741824; undefined for what is no quantity. */
export function quantityOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const [, digits, exponent = '', suffix = ''] = QUANTITY.exec(value.trim()) ?? [];
  if (digits === undefined) return undefined;
  return Number(digits + exponent) * (SCALES.get(suffix) ?? 1);
}

/** Whole units, as the scheduler counts them: thousandths of a CPU, bytes, pieces; fractions are rounded up. */
export function wholeUnits(resource: string, quantity: number): number {
  const exact = resource === 'cpu' ? quantity * 1_000 : quantity;
  const near = Math.round(exact);
  // 0.1 × 1000 and the like miss the whole number by a hair.
  return Math.abs(exact - near) < 1e-6 ? near : Math.ceil(exact);
}
