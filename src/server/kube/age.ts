// server: how long ago something was, as kubectl says it.

const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;
const DAY_S = 24 * HOUR_S;
const YEAR_S = 365 * DAY_S;

/** Below `untilS` the age is said in the larger unit and, where `smallS` is given, what is left of it in the smaller one. */
interface Step {
  readonly untilS: number;
  readonly unitS: number;
  readonly unit: string;
  readonly smallS?: number;
  readonly small?: string;
}

const STEPS: readonly Step[] = [
  { untilS: 2 * MINUTE_S, unitS: 1, unit: 's' },
  { untilS: 10 * MINUTE_S, unitS: MINUTE_S, unit: 'm', smallS: 1, small: 's' },
  { untilS: 3 * HOUR_S, unitS: MINUTE_S, unit: 'm' },
  { untilS: 8 * HOUR_S, unitS: HOUR_S, unit: 'h', smallS: MINUTE_S, small: 'm' },
  { untilS: 2 * DAY_S, unitS: HOUR_S, unit: 'h' },
  { untilS: 8 * DAY_S, unitS: DAY_S, unit: 'd', smallS: HOUR_S, small: 'h' },
  { untilS: 2 * YEAR_S, unitS: DAY_S, unit: 'd' },
  { untilS: 8 * YEAR_S, unitS: YEAR_S, unit: 'y', smallS: DAY_S, small: 'd' },
  { untilS: Number.POSITIVE_INFINITY, unitS: YEAR_S, unit: 'y' },
];

/** `HumanDuration` of k8s.io/apimachinery: two significant units at most; `<invalid>` for what lies ahead. */
export function ageText(ageMs: number): string {
  if (Number.isNaN(ageMs) || ageMs <= -2_000) return '<invalid>';
  const seconds = Math.max(0, Math.trunc(ageMs / 1_000));
  const step = STEPS.find(({ untilS }) => seconds < untilS);
  if (step === undefined) return '<invalid>';
  const { unitS, unit, smallS, small } = step;
  const text = `${Math.floor(seconds / unitS)}${unit}`;
  const left = smallS === undefined ? 0 : Math.floor((seconds % unitS) / smallS);
  return left === 0 ? text : `${text}${left}${small}`;
}
