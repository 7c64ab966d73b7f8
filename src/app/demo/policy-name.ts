// app: the policy that a demo is about: the first of its file.

import { readFileSync } from 'node:fs';
import { messageOf, TerminalError } from '../../runtime/errors.ts';
import { loadPolicies } from '../schema.ts';

/** @throws TerminalError with every problem when the file holds no valid policy */
export function policyNameIn(path: string): string {
  const { resources, problems } = loadPolicies(read(path), path);
  const first = resources.find((r) => r.resource.kind === 'MicroscalingPolicy');
  if (first !== undefined) return first.resource.metadata.name;
  const why = problems.map((p) => `${p.source}:${p.line ?? 1}: ${p.pointer} ${p.message}`).join('\n');
  throw new TerminalError(`${path} holds no valid MicroscalingPolicy\n${why}`.trimEnd());
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new TerminalError(`--policy ${path}: ${messageOf(error)}`, { cause: error });
  }
}
