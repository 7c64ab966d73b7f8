// A loader for tests of sources: one line, one capacity pool. `shop 5` is valid, `shop !` is invalid but named,
// `???` is a line that nobody can attribute to a name, `???name:shop` one in which a name stands.

import type { LoadResult } from '../../src/api/load.ts';
import { API_VERSION, type CapacityPool } from '../../src/api/policy.ts';
import type { Problem } from '../../src/api/problem.ts';

export function loadLines(text: string, source: string): LoadResult {
  const resources: { resource: CapacityPool; line: number; document: number }[] = [];
  const problems: Problem[] = [];
  const invalid: LoadResult['invalid'][number][] = [];
  const unsure: string[] = [];
  let identified = true;
  for (const [index, row] of text.split('\n').entries()) {
    const line = index + 1;
    const [name, slots] = row.split(' ');
    if (name === undefined || name === '') continue;
    if (slots === undefined) {
      identified = false;
      if (name.startsWith('???name:')) unsure.push(name.slice('???name:'.length));
      problems.push({ severity: 'error', source, line, pointer: '', message: 'no such syntax' });
    } else if (slots === '!') {
      const message = 'slots must be a number';
      problems.push({ severity: 'error', source, line, pointer: '/spec', message });
      invalid.push({ kind: 'CapacityPool', key: `default/${name}`, line, message });
    } else resources.push({ resource: pool(name, Number(slots)), line, document: resources.length });
  }
  return { resources, problems, invalid, identified, unsure };
}

function pool(name: string, slots: number): CapacityPool {
  return {
    apiVersion: API_VERSION,
    kind: 'CapacityPool',
    metadata: { name, namespace: 'default' },
    spec: { capacity: { slots } },
  };
}
