// server: whether a metric is above its target, as far as that is known.

import type { MetricView } from '../../../controller/status/view.ts';

export function isOverTarget({ state, infinite, value, target, perInstance }: MetricView): boolean {
  if (state === 'unavailable') return false;
  if (infinite === true) return true;
  if (perInstance?.current !== undefined && perInstance.current > perInstance.target) return true;
  return value !== undefined && target !== undefined && value > target;
}
