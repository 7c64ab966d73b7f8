// emulator: what the server says about itself.

import type { Marathon } from '../../marathon/marathon.ts';
import { empty, json } from '../protocol/call.ts';
import { acceptsJson } from '../protocol/media-type.ts';
import { type Route, route } from '../protocol/router.ts';

export interface ServerAddress {
  /** `host:port`. */
  readonly authority: string;
  readonly host: string;
  readonly port: number;
}

export interface SystemDeps {
  /** Of the node that leads. */
  readonly address: () => ServerAddress;
  /** Gives up leadership, soon. */
  readonly abdicate: () => void;
  readonly version: string;
}

export function systemRoutes(marathon: Marathon, { address, abdicate, version }: SystemDeps): Route[] {
  return [
    route('GET', '/ping', ({ request }) => ping(request.headers.get('accept') ?? '*/*'), { anyType: true }),
    route('GET', '/v2/leader', () => json(200, { leader: address().authority })),
    route('DELETE', '/v2/leader', () => {
      abdicate();
      return json(200, { message: 'Leadership abdicated' });
    }),
    route('GET', '/v2/info', () => json(200, info(marathon, address(), version))),
    route('GET', '/metrics', () => json(200, metrics(marathon))),
  ];
}

function ping(accept: string): Response {
  if (/\*\/\*|text\/(\*|plain)/.test(accept)) return pong('text/plain');
  if (accept.includes('text/html')) return pong('text/html');
  if (acceptsJson(accept)) return json(200, 'pong');
  return accept.includes('text/') ? pong('text/plain') : empty(204);
}

function pong(type: string): Response {
  return new Response('pong', { headers: { 'Content-Type': type } });
}

/** Unset options print as null here, unlike elsewhere. */
function info({ frameworkId }: Marathon, { authority, host, port }: ServerAddress, version: string): unknown {
  return {
    name: 'marathon',
    version,
    buildref: 'microscaling',
    elected: true,
    leader: authority,
    frameworkId,
    marathon_config: {
      master: authority,
      mesos_leader_ui_url: `http://${authority}/`,
      framework_name: 'marathon',
      mesos_role: null,
      mesos_user: null,
      hostname: host,
      ha: false,
      checkpoint: true,
      failover_timeout: 604_800,
      features: [],
      local_port_min: 10_000,
      local_port_max: 20_000,
      launch_token: 100,
      launch_token_refresh_interval: 30_000,
      max_instances_per_offer: 5,
      min_revive_offers_interval: 5000,
      offer_matching_timeout: 3000,
      decline_offer_duration: 120_000,
      reconciliation_initial_delay: 15_000,
      reconciliation_interval: 600_000,
      scale_apps_initial_delay: 15_000,
      scale_apps_interval: 300_000,
      task_launch_timeout: 300_000,
      task_launch_confirm_timeout: 300_000,
      executor: '//cmd',
      access_control_allow_origin: null,
      webui_url: null,
    },
    zookeeper_config: {
      zk: null,
      zk_timeout: 10_000,
      zk_session_timeout: 10_000,
      zk_connection_timeout: 10_000,
      zk_max_versions: 50,
      zk_max_node_size: 1_024_000,
    },
    http_config: { http_port: port, https_port: null },
  };
}

function metrics({ root, instances }: Marathon): unknown {
  const all = [...instances.tracker.all()];
  const gauge = (value: number): { value: number } => ({ value });
  return {
    version: '4.0.0',
    gauges: {
      'marathon.apps.active.gauge': gauge([...root.apps()].length),
      'marathon.instances.running.gauge': gauge(
        all.filter(({ condition }) => condition === 'Running').length,
      ),
      'marathon.instances.staged.gauge': gauge(all.filter(({ condition }) => condition === 'Staging').length),
    },
    counters: { 'marathon.instances.launched.counter': { count: instances.launched } },
    histograms: {},
    meters: {},
    timers: {},
  };
}
