// app: the bench of the repository, where this process runs from a checkout. The published package comes without it.

import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { TerminalError } from '../../runtime/errors.ts';
import type { Law } from '../../simulator/law/law.ts';
import { SHIPPED_LAWS } from '../../simulator/law/laws.ts';
import type { Bench, Suite } from '../../simulator/suite.ts';
import { packageFile } from '../package-root.ts';

async function loadBench(): Promise<Bench | undefined> {
  const path = packageFile('bench', 'index.ts');
  if (!existsSync(path)) return undefined;
  const { bench } = (await import(pathToFileURL(path).href)) as { readonly bench: Bench };
  return bench;
}

/** The shipped laws, and in a checkout those that they are compared with. */
export async function knownLaws(): Promise<readonly Law[]> {
  return [...SHIPPED_LAWS, ...((await loadBench())?.rivals ?? [])];
}

/** @throws TerminalError that says where suites are, or which there are */
export async function requireSuite(name: string): Promise<Suite> {
  const bench = await loadBench();
  if (bench === undefined)
    throw new TerminalError(
      '--suite needs a checkout of the repository: its worlds and rivals are not published',
    );
  const suite = Object.hasOwn(bench.suites, name) ? bench.suites[name] : undefined;
  if (suite !== undefined) return suite;
  throw new TerminalError(`no suite is called '${name}'; there are ${Object.keys(bench.suites).join(', ')}`);
}
