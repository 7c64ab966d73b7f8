// schedulers/docker: the values of an app's secrets: resolved when a definition is written, and read back from its containers after
// that, so that one that was rotated meanwhile is seen to differ.

import type { ValueResolver } from '../../api/values.ts';
import { resolveEnv } from '../definition/environment.ts';
import type { EngineClient } from '../docker-engine/client.ts';
import type { OurContainer } from './apps/container-list.ts';
import type { KeptApp } from './apps/kept-app.ts';

export type SecretEnv = Readonly<Record<string, string>>;

/**
 * Those of the app's present definition; remembered on it.
 *
 * @throws TerminalError when no container has them and they cannot be resolved, TransientError
 */
export async function secretsOf(
  app: KeptApp,
  containers: readonly OurContainer[],
  { client, values }: { readonly client: EngineClient; readonly values: ValueResolver },
  signal: AbortSignal,
): Promise<SecretEnv> {
  const { generation, envFrom } = app.record;
  app.secretEnv ??=
    (await secretsIn(
      containers.filter(({ origin }) => origin.generation === generation),
      client,
      signal,
    )) ?? resolveEnv(envFrom ?? [], values).values;
  return app.secretEnv;
}

async function secretsIn(
  containers: readonly OurContainer[],
  client: EngineClient,
  signal: AbortSignal,
): Promise<SecretEnv | undefined> {
  for (const { id, origin } of containers) {
    if (origin.secretNames.length === 0) return {};
    const details = await client.container(id, signal);
    if (details === undefined) continue;
    const env = new Map(details.env.map((line) => [nameIn(line), line.slice(nameIn(line).length + 1)]));
    return Object.fromEntries(origin.secretNames.flatMap((name) => entryOf(env, name)));
  }
  return undefined;
}

function entryOf(env: ReadonlyMap<string, string>, name: string): readonly (readonly [string, string])[] {
  const value = env.get(name);
  return value === undefined ? [] : [[name, value]];
}

function nameIn(line: string): string {
  const equals = line.indexOf('=');
  return equals === -1 ? line : line.slice(0, equals);
}
