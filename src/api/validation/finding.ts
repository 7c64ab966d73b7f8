// api: a problem before it is known which text the document came from.

import type { Problem } from '../problem.ts';

export type Finding = Pick<Problem, 'severity' | 'pointer' | 'message'>;

export function error(pointer: string, message: string): Finding {
  return { severity: 'error', pointer, message };
}

export function warning(pointer: string, message: string): Finding {
  return { severity: 'warning', pointer, message };
}
