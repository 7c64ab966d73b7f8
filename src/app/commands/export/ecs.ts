// app: `export --ecs`: a policy from the services of a cluster of Amazon ECS.

import { readFileSync } from 'node:fs';
import { defined } from '../../../lang/defined.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import { createRedactor } from '../../../runtime/redact.ts';
import { EcsFailure } from '../../../schedulers/ecs/api/failure.ts';
import { endpointProblem } from '../../../schedulers/ecs/block/schema.ts';
import { openEcs } from '../../../schedulers/ecs/connection.ts';
import { type FoundService, servicesOf } from '../../../schedulers/ecs/read/services.ts';
import { createValueResolver } from '../../operator/values.ts';
import { choose } from './choose.ts';
import { check, type Exported } from './export.ts';
import { appNames } from './names.ts';
import { framed, indent, scalar, scaledRole } from './policy-frame.ts';

export interface ServicesConfig {
  readonly cluster: string;
  readonly region?: string;
  readonly endpoint?: string;
  /** Their names, in order of priority; none: all of them, by name. */
  readonly services: readonly string[];
  /** Of the policy; default: the cluster. */
  readonly name?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** @throws TerminalError for a name that means no service; TransientError when the cluster cannot be read */
export async function exportServices(config: ServicesConfig, signal: AbortSignal): Promise<Exported> {
  const { cluster, services, name } = config;
  const { url, found } = await read(config, signal);
  const chosen = choose(found, services, (each) => `there is no service ${each} in cluster ${cluster}`);
  const free = chosen.filter(({ refused }) => refused === undefined);
  if (free.length === 0) throw new TerminalError(`no service of cluster ${cluster} is free to be scaled`);
  const text = textOf(free, url, { ...config, name: name ?? appNames([cluster]).get(cluster) ?? 'ecs' });
  check(text);
  const notes = chosen.flatMap(({ name: each, refused }) =>
    refused === undefined ? [] : [`Service ${cluster}/${each} is left out: ${refused}`],
  );
  return { text, notes };
}

async function read(
  { cluster, region, endpoint, env }: ServicesConfig,
  signal: AbortSignal,
): Promise<{ readonly url: string; readonly found: readonly FoundService[] }> {
  const problem = endpoint === undefined ? undefined : endpointProblem(endpoint);
  if (problem !== undefined) throw new TerminalError(`--endpoint ${problem}`);
  const readFile = (path: string): string => readFileSync(path, 'utf8');
  const values = createValueResolver({ env, readFile, redactor: createRedactor() });
  const connection = openEcs(defined({ region, endpoint }), { clock: systemClock, values, env });
  try {
    const found = await servicesOf(cluster, connection.api(), signal);
    return { url: connection.url, found };
  } catch (error) {
    throw error instanceof EcsFailure ? error.as(`reading cluster ${cluster}`) : error;
  } finally {
    await connection.close();
  }
}

function textOf(
  services: readonly FoundService[],
  url: string,
  { cluster, region, endpoint, name }: ServicesConfig & { readonly name: string },
): string {
  const names = appNames(services.map((each) => each.name));
  const where = Object.entries(defined({ region, endpoint })).map(
    ([field, value]) => `, ${field}: ${scalar(value)}`,
  );
  const apps = services.map((each, place) => [
    `- name: ${scalar(names.get(each.name) ?? '')}`,
    ...indent([
      ...scaledRole(each, { place, of: services.length }),
      `ecs: { cluster: ${scalar(cluster)}, service: ${scalar(each.name)}${where.join('')} }`,
    ]),
  ]);
  const instances = services.reduce((total, each) => total + each.instances, 0);
  const head = [
    `# Services in cluster ${cluster} of ${url}, written by \`microscaling export\`.`,
    '# Nothing restarts, and nothing but their counts is going to be changed.',
  ];
  return framed({ head, name, instances, apps });
}
