// A real swarm of one's own: a private engine that is its only manager and its only node.

import { freePort } from '../../support/suite/free-port.ts';
import { until } from '../../support/until.ts';
import { BUSYBOX_IMAGE, startEngine, type TestEngine } from '../docker-engine/real-engine.ts';

/** Swarm asks for an image's registry before it takes what the node has: nobody listens at this one. */
export const SWARM_IMAGE = `127.0.0.1:9/${BUSYBOX_IMAGE}`;

export interface TestSwarm extends TestEngine {
  /** Of containers that sleep and hear no SIGTERM; options are those of `docker service create`. */
  createService(name: string, replicas: number, ...options: readonly string[]): Promise<void>;
  /** As `createService`, and its tasks run: a swarm may forget a count that follows within milliseconds of the creation. */
  runService(name: string, replicas: number, ...options: readonly string[]): Promise<void>;
  /** The engine is in no swarm any more. */
  leave(): Promise<void>;
  removeServices(): Promise<void>;
}

export async function startSwarm(): Promise<TestSwarm> {
  const engine = await startEngine();
  const { docker } = engine;
  const leave = async (): Promise<void> => {
    await docker('swarm', 'leave', '--force');
  };
  const removeServices = async (): Promise<void> => {
    await until('every service to be gone', async () => {
      // None, once the swarm is left.
      const ids = await docker('service', 'ls', '--quiet').catch(() => '');
      if (ids === '') return true;
      await docker('service', 'rm', ...ids.split('\n'));
      return false;
    });
    await engine.removeContainers();
    // Until they are gone they reserve what they did, and a swarm that is full forgets tasks of counts that follow each other at once.
    await until('every task to be gone', async () => {
      const states = await docker('node', 'ps', 'self', '--format', '{{.CurrentState}}').catch(() => '');
      return !/^(New|Pending|Assigned|Accepted|Preparing|Ready|Starting|Running)/m.test(states);
    });
  };
  await docker('tag', BUSYBOX_IMAGE, SWARM_IMAGE);
  const address = `127.0.0.1:${await freePort()}`;
  await docker('swarm', 'init', '--advertise-addr', '127.0.0.1', '--listen-addr', address);
  const createService = async (
    name: string,
    replicas: number,
    ...options: readonly string[]
  ): Promise<void> => {
    const sleeps = ['--stop-grace-period', '1s', SWARM_IMAGE, 'sleep', '600'];
    const base = ['--detach', '--no-resolve-image', '--name', name, '--replicas', String(replicas)];
    await docker('service', 'create', ...base, ...options, ...sleeps);
  };
  return {
    ...engine,
    createService,
    runService: async (name, replicas, ...options) => {
      await createService(name, replicas, ...options);
      await until(`${name} to run`, async () => {
        const shown = await docker('service', 'ls', '--filter', `name=${name}`, '--format', '{{.Replicas}}');
        return shown.startsWith(`${replicas}/${replicas}`);
      });
    },
    leave,
    removeServices,
    remove: async () => {
      engine.thaw();
      await removeServices().catch(() => undefined);
      await leave().catch(() => undefined);
      // A swarm makes a bridge of this machine's, which would outlive it.
      await docker('network', 'rm', 'docker_gwbridge').catch(() => '');
      await engine.remove();
    },
  };
}
