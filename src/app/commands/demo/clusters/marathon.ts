// app: a demo whose apps are real processes of this machine, under the embedded Marathon.

import { join } from 'node:path';
import { startMarathon } from '../../marathon.ts';
import type { ClusterContext, DemoCluster } from './cluster.ts';

const HOST = '127.0.0.1';
/** Room for the ten slots of the policy, ten producers, and what is on its way out. */
const CPUS = 4;
const MEM_MB = 4096;

export async function startMarathonCluster(context: ClusterContext): Promise<DemoCluster> {
  const { clock, log, guardian, statsd, workDir, env } = context;
  context.progress('starting the embedded Marathon and the operator');
  const marathon = await startMarathon(
    {
      host: HOST,
      port: context.marathonPort,
      anyPort: true,
      cpus: CPUS,
      mem: MEM_MB,
      taskStartDelayMs: context.taskStartDelayMs,
      taskEnv: { PRODUCER_SEED: String(context.seed), NODE_COMPILE_CACHE: join(workDir, 'node-cache') },
      statsd,
      workDir,
      env,
    },
    { clock, log, guardian },
  );
  return {
    name: 'marathon',
    url: marathon.url,
    operator: { marathon: [marathon.url] },
    variables: {},
    close: async () => (await marathon.close()).leftProcesses,
  };
}
