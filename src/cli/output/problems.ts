// cli: problems of documents, one line each, as compilers write them.

import type { Problem } from '../../api/problem.ts';

/** `file:line: error: /spec/apps/0/id: sentence (MicroscalingPolicy default/shop)` */
export function problemLine({ source, line, severity, pointer, message, object }: Problem): string {
  const place = line === undefined ? source : `${source}:${line}`;
  const where = pointer === '' ? '' : `${pointer}: `;
  const whose = object === undefined ? '' : ` (${object})`;
  return `${place}: ${severity}: ${where}${message}${whose}`;
}
