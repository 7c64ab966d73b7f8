// schedulers/marathon/mesos: the Mesos beside a Marathon: where its master is, and who may ask it.

import type { Clock } from '../../../runtime/clock.ts';
import { TransientError } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';
import { type MarathonConfig, mesosBaseUrl } from '../config.ts';
import type { MarathonClient } from '../http/client.ts';
import { MesosCluster } from './cluster.ts';

/** @throws TerminalError for a Mesos address that cannot be used */
export function createMesosCluster(
  config: MarathonConfig,
  { client, clock, log }: { readonly client: MarathonClient; readonly clock: Clock; readonly log: Logger },
  closing: AbortSignal,
): MesosCluster {
  const named = mesosBaseUrl(config);
  const url = async (signal: AbortSignal): Promise<string> => named ?? (await told(client, signal));
  const get = (base: string, path: string, signal: AbortSignal) => client.neighbour(base, path, signal);
  return new MesosCluster({ clock, log, url, get }, closing);
}

/** Marathon's word for it; behind DC/OS it is a path beside Marathon's own. */
async function told(client: MarathonClient, signal: AbortSignal): Promise<string> {
  const { mesosUrl } = await client.info(signal);
  const url = mesosUrl === undefined ? null : URL.parse(mesosUrl, client.url);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new TransientError(
      'counting room: Marathon does not say where its Mesos master is (mesos_leader_ui_url); name it with --mesos URL',
    );
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}
