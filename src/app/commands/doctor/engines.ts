// app: asks the Docker engines of the given policies, for the doctor. Nothing that it asks has an effect.

import { readFileSync } from 'node:fs';
import type { MicroscalingPolicy } from '../../../api/policy.ts';
import { isObject } from '../../../api/schema/json-schema.ts';
import { blockOf } from '../../../api/schema/scheduler-block.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { messageOf } from '../../../runtime/errors.ts';
import { createRedactor } from '../../../runtime/redact.ts';
import { dockerBlock } from '../../../schedulers/docker/block/index.ts';
import { ownEngineHost } from '../../../schedulers/docker-engine/address.ts';
import { EngineClient } from '../../../schedulers/docker-engine/client.ts';
import { type EngineSpec, engineTarget } from '../../../schedulers/docker-engine/spec.ts';
import type { Workload } from '../../../schedulers/scheduler.ts';
import { createValueResolver } from '../../operator/values.ts';
import type { EngineEvidence } from './evidence.ts';

interface Asking {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

const DEADLINE_MS = 5_000;
const DOCKER = new Set(['docker']);

/** One for each app that is containers. */
export async function askEngines(
  policies: readonly MicroscalingPolicy[],
  asking: Asking,
  signal: AbortSignal,
): Promise<readonly EngineEvidence[]> {
  const workloads = policies.flatMap(({ metadata, spec }) =>
    spec.apps.flatMap((app) => {
      const block = blockOf(app, DOCKER)?.block;
      return isObject(block) ? [dockerBlock.workload(block, { metadata, app: app.name })] : [];
    }),
  );
  return await Promise.all(workloads.map((workload) => askEngine(workload, asking, signal)));
}

async function askEngine(
  { title, definition, cluster }: Workload,
  { env, clock }: Asking,
  signal: AbortSignal,
): Promise<EngineEvidence> {
  const readFile = (path: string): string => readFileSync(path, 'utf8');
  const values = createValueResolver({ env, readFile, redactor: createRedactor() });
  const image = String(definition?.['image'] ?? '');
  let client: EngineClient | undefined;
  try {
    const { host = ownEngineHost(env['DOCKER_HOST']), tls }: EngineSpec = cluster ?? {};
    const target = engineTarget('docker', { host, ...(tls && { tls }) }, values);
    client = new EngineClient(target, { deadlineMs: DEADLINE_MS, clock });
    const hasImage = await client.hasImage(image, signal);
    return { app: title, image, answer: { ok: true, value: { hasImage } } };
  } catch (error) {
    signal.throwIfAborted();
    return { app: title, image, answer: { ok: false, reason: messageOf(error) } };
  } finally {
    await client?.close();
  }
}
