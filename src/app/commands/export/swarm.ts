// app: `export --swarm`: a policy from the services of a Docker Swarm.

import { defined } from '../../../lang/defined.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { messageOf, TerminalError, TransientError } from '../../../runtime/errors.ts';
import { ownEngineHost } from '../../../schedulers/docker-engine/address.ts';
import { EngineClient } from '../../../schedulers/docker-engine/client.ts';
import { EngineRefusal } from '../../../schedulers/docker-engine/failure.ts';
import { SwarmApi } from '../../../schedulers/swarm/api/client.ts';
import { refusalOf } from '../../../schedulers/swarm/target.ts';
import { serviceText } from '../../../schedulers/swarm/words.ts';
import { choose } from './choose.ts';
import { check, type Exported } from './export.ts';
import { appNames } from './names.ts';
import { framed, indent, scalar, scaledRole } from './policy-frame.ts';

export interface SwarmServicesConfig {
  /** A manager; default: the operator's own engine. */
  readonly host?: string;
  /** Their names, in order of priority; none: all of them, by name. */
  readonly services: readonly string[];
  /** Of the policy; default: swarm. */
  readonly name?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

interface Found {
  readonly name: string;
  readonly instances: number;
  /** Why it is left out. */
  readonly refused: string | undefined;
}

const DEADLINE_MS = 10_000;

/** @throws TerminalError for a name that means no service; TransientError when no manager answers */
export async function exportSwarm(config: SwarmServicesConfig, signal: AbortSignal): Promise<Exported> {
  const { env, host, services, name = 'swarm' } = config;
  const place = host ?? ownEngineHost(env['DOCKER_HOST']);
  const found = await read(place, signal);
  const chosen = choose(found, services, (each) => `there is no service ${each} in the swarm of ${place}`);
  const free = chosen.filter(({ refused }) => refused === undefined);
  if (free.length === 0) throw new TerminalError(`no service in the swarm of ${place} is free to be scaled`);
  const text = textOf(free, { place, name, ...defined({ host }) });
  check(text);
  const notes = chosen.flatMap((each) =>
    each.refused === undefined ? [] : [`${serviceText(each.name)} is left out: ${each.refused}`],
  );
  return { text, notes };
}

async function read(host: string, signal: AbortSignal): Promise<readonly Found[]> {
  const client = new EngineClient({ block: 'swarm', host }, { deadlineMs: DEADLINE_MS, clock: systemClock });
  try {
    const services = await new SwarmApi(client).services([], signal);
    return services
      .map((service) => ({
        name: service.name,
        instances: service.replicas ?? 0,
        refused: refusalOf(service),
      }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw error instanceof EngineRefusal ? new TransientError(messageOf(error), { cause: error }) : error;
  } finally {
    await client.close();
  }
}

function textOf(
  services: readonly Found[],
  { place, host, name }: { readonly place: string; readonly host?: string; readonly name: string },
): string {
  const names = appNames(services.map((each) => each.name));
  const where = host === undefined ? '' : `, host: ${scalar(host)}`;
  const apps = services.map((each, at) => [
    `- name: ${scalar(names.get(each.name) ?? '')}`,
    ...indent([
      ...scaledRole(each, { place: at, of: services.length }),
      `swarm: { service: ${scalar(each.name)}${where} }`,
    ]),
  ]);
  const instances = services.reduce((total, each) => total + each.instances, 0);
  const head = [
    `# Services in the swarm of ${place}, written by \`microscaling export\`.`,
    '# Nothing restarts, and nothing but their counts is going to be changed.',
  ];
  return framed({ head, name, instances, apps });
}
