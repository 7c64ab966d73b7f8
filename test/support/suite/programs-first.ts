// The order of the test files where no run before says how long each one takes: vitest then goes by the size of the files, and a
// small one that takes a minute would come last and alone.

import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Rooms whose tests wait for real programs, servers and clocks. */
const LONGEST = /\/test\/(?:contract|e2e|metric-sources|policy-sources|programs|schedulers)\//;

/** What takes long, before all else; among themselves as they come. */
export function programsFirst<T extends { readonly moduleId: string }>(files: readonly T[]): T[] {
  const isLong = ({ moduleId }: T): boolean => LONGEST.test(moduleId);
  return [...files.filter(isLong), ...files.filter((file) => !isLong(file))];
}

export class ProgramsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return programsFirst(await super.sort(files));
  }
}
