// test: programs of Maven Central, kept beside the checkout.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const CACHE = resolve(import.meta.dirname, '../../../node_modules/.cache');
const DOWNLOAD_WITHIN_MS = 250_000;

/** `group:artifact:version`. */
export type Coordinate = `${string}:${string}:${string}`;

/** Where the jars are that `coordinates` need. */
export function jarsIn(name: string): string {
  return join(CACHE, name);
}

/** Why a test with these jars cannot run here: prints it. What is missing is downloaded first. */
export function jarsMissing(name: string, coordinates: readonly Coordinate[]): boolean {
  const dir = jarsIn(name);
  if (existsSync(dir)) return false;
  const work = `${dir}.${process.pid}`;
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' });
    mkdirSync(work, { recursive: true });
    writeFileSync(join(work, 'pom.xml'), pomOf(coordinates));
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=jars'];
    execFileSync('mvn', ['-q', '-B', ...goal], { cwd: work, stdio: 'pipe', timeout: DOWNLOAD_WITHIN_MS });
    // Whole or not at all: another run may have been faster.
    if (!existsSync(dir)) renameSync(join(work, 'jars'), dir);
    return false;
  } catch {
    console.warn(
      `${name} tests skipped: no java and mvn, or no Maven Central, to get ${coordinates[0]} with`,
    );
    return true;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function pomOf(coordinates: readonly Coordinate[]): string {
  const dependencies = coordinates.map((coordinate) => {
    const [group, artifact, version] = coordinate.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>test</groupId><artifactId>test</artifactId><version>1</version>
<dependencies>${dependencies.join('')}</dependencies></project>`;
}
