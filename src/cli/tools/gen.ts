// cli: writes the files that are made from the code; `--check` only says whether they are up to date.
// Run as `npm run gen`.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { generatedExamples, generatedFiles } from '../../app/tools/generated.ts';
import { referencePages } from '../reference/pages.ts';

const root = resolve(import.meta.dirname, '../../..');

function current(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function main(args: readonly string[]): number {
  const files = [...generatedFiles(), ...generatedExamples(), ...referencePages()];
  const outdated = files.filter(([path, text]) => current(resolve(root, path)) !== text);
  for (const [path, text] of outdated) {
    if (args.includes('--check')) {
      console.error(`${path} is out of date: run npm run gen`);
      continue;
    }
    const file = resolve(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(`wrote ${relative(process.cwd(), file)}`);
  }
  return args.includes('--check') && outdated.length > 0 ? 1 : 0;
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2));
