// cli: current values against their targets, as kubectl shows those of a HorizontalPodAutoscaler: `42/50`.

import type { AppStatus, MetricStatus } from '../../api/status.ts';

/** `42/50`, `42/50 (6 in flight)`, `12±3s/30s`, `3/5 (each)`, `orders 42/50`; several with commas, nothing where an app has no target. */
export function targetsText({ metrics = [] }: Pick<AppStatus, 'metrics'>): string {
  return metrics.map(targetText).join(', ');
}

function targetText({ type, targetName, unit, target, inFlight, ...of }: MetricStatus): string {
  const { current, currentMargin, infinite } = of;
  const figure = (value: number, margin?: number): string =>
    `${short(value)}${margin === undefined ? '' : `±${short(margin)}`}${unit === 'seconds' ? 's' : ''}`;
  const now = infinite === true ? '∞' : current === undefined ? '<unknown>' : figure(current, currentMargin);
  const name = targetName === undefined ? '' : `${targetName} `;
  const each = type === 'PerInstance' ? ' (each)' : '';
  const held = inFlight === undefined ? '' : ` (${inFlight} in flight)`;
  return `${name}${now}/${figure(target)}${each}${held}`;
}

/** Whole from 10 on, one digit below. */
function short(value: number): string {
  return value >= 10 ? String(Math.round(value)) : String(Math.round(value * 10) / 10);
}
