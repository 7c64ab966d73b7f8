// cli: problems of documents, one line each, as compilers write them.

import type { Problem } from '../../api/problem.ts';
import { showPath } from '../../api/validation/pointer.ts';

/** `file:line: error: /spec/apps/0/id: sentence (MicroscalingPolicy default/shop)` */
export function problemLine({ source, line, severity, pointer, message, object }: Problem): string {
  const place = line === undefined ? source : `${source}:${line}`;
  // Most sentences begin with it, as people write it.
  const where = pointer === '' || message.startsWith(showPath(pointer)) ? '' : `${pointer}: `;
  const whose = object === undefined ? '' : ` (${object})`;
  return `${place}: ${severity}: ${where}${message}${whose}`;
}
