// cli: current values against their targets, as kubectl shows those of a HorizontalPodAutoscaler: `42/50`.

import type { AppStatus, MetricStatus } from '../../api/status.ts';

/** `42/50`, `42/50 (6 in flight)`, `12s/30s`, `3/5 (each)`, `orders 42/50`; several with commas, nothing where an app has no target. */
export function targetsText({ metrics = [] }: Pick<AppStatus, 'metrics'>): string {
  return metrics.map(targetText).join(', ');
}

function targetText({ type, targetName, unit, target, current, inFlight, infinite }: MetricStatus): string {
  const figure = (value: number): string => `${short(value)}${unit === 'seconds' ? 's' : ''}`;
  const now = infinite === true ? '∞' : current === undefined ? '<unknown>' : figure(current);
  const name = targetName === undefined ? '' : `${targetName} `;
  const each = type === 'PerInstance' ? ' (each)' : '';
  const held = inFlight === undefined ? '' : ` (${inFlight} in flight)`;
  return `${name}${now}/${figure(target)}${each}${held}`;
}

/** Whole from 10 on, one digit below. */
function short(value: number): string {
  return value >= 10 ? String(Math.round(value)) : String(Math.round(value * 10) / 10);
}
