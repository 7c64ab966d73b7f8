// app: a demo whose apps are containers of a Docker engine on this machine, from an image made of this checkout.

import type { Clock } from '../../../../runtime/clock.ts';
import { messageOf, TerminalError } from '../../../../runtime/errors.ts';
import { ownEngineHost } from '../../../../schedulers/docker-engine/address.ts';
import { EngineClient } from '../../../../schedulers/docker-engine/client.ts';
import type { ClusterContext, DemoCluster } from './cluster.ts';
import { DEMO_LABEL, IMAGE, makeDemoImage, PROCESS_LABEL } from './docker-image.ts';
import { isRunning } from './process.ts';

const DEADLINE_MS = 30_000;
const LOOK_AGAIN_MS = 200;
/** Of every container that `specs/demos/queue-demo-docker.yaml` makes, and of nothing else. */
const OURS = { label: [`${DEMO_LABEL}=true`] };

export async function startDockerCluster(context: ClusterContext, signal: AbortSignal): Promise<DemoCluster> {
  const { env, clock, workDir, statsd, progress } = context;
  const host = ownEngineHost(env['DOCKER_HOST']);
  const client = new EngineClient({ block: 'docker', host }, { deadlineMs: DEADLINE_MS, clock });
  try {
    await requireLocalEngine(client, signal);
    await refuseBesideAnother(client, signal);
    // Of a demo that was killed.
    await removeContainers(client, clock);
    progress(`making the image ${IMAGE} from this checkout, without a registry`);
    await makeDemoImage(client, workDir, signal);
  } catch (error) {
    await client.close();
    throw error;
  }
  progress(`starting the operator for the Docker engine at ${client.address.text}`);
  return {
    name: 'docker',
    url: client.address.text,
    operator: { marathon: [] },
    variables: {
      STATSD_UDP_HOST: statsd.host,
      STATSD_UDP_PORT: String(statsd.port),
      PRODUCER_SEED: String(context.seed),
    },
    close: async () => {
      try {
        const left = await removeContainers(client, clock);
        await client.removeImage(IMAGE, AbortSignal.timeout(DEADLINE_MS));
        return left;
      } finally {
        await client.close();
      }
    },
  };
}

/** Queue and counters are reached at this machine's loopback, through the machine's own network. */
async function requireLocalEngine(client: EngineClient, signal: AbortSignal): Promise<void> {
  const need = 'the demo needs a Docker engine on this Linux machine';
  if (process.platform !== 'linux') throw new TerminalError(`${need}; npm run demo runs without one`);
  if (client.address.kind !== 'unix')
    throw new TerminalError(`${need}, and ${client.address.text} is behind a port: unset DOCKER_HOST`);
  await client.info(signal).catch((error: unknown) => {
    throw new TerminalError(`${need}: ${messageOf(error)}; npm run demo runs without one`, { cause: error });
  });
}

/** Both would have one image and one set of names. @throws TerminalError while the process of another demo goes on */
async function refuseBesideAnother(client: EngineClient, signal: AbortSignal): Promise<void> {
  const processes = (await client.containers(OURS, signal)).map(({ labels }) =>
    Number(labels[PROCESS_LABEL]),
  );
  const other = processes.find((pid) => pid !== process.pid && isRunning(pid));
  if (other === undefined) return;
  throw new TerminalError(
    `another demo (process ${other}) runs on the engine at ${client.address.text}: end it first, or name another engine with DOCKER_HOST`,
  );
}

/**
 * Resolves to how many are left. Not cut short: nothing may outlive the demo. Looked for again: an engine with much to do goes on making
 * a container when nobody waits for it any more, and goes on listing one that it is removing.
 */
async function removeContainers(client: EngineClient, clock: Clock): Promise<number> {
  const untilMs = clock.monotonic() + DEADLINE_MS;
  for (;;) {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const rows = await client.containers(OURS, signal);
    if (rows.length === 0 || clock.monotonic() >= untilMs) return rows.length;
    await Promise.all(rows.map(({ id }) => client.remove(id, signal)));
    await clock.sleep(LOOK_AGAIN_MS);
  }
}
