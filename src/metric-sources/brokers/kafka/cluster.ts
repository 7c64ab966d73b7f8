// metric-sources: the brokers of one cluster of Kafka, each with a connection that is kept; none is gone to that may not be.

import { TransientError } from '../../../runtime/errors.ts';
import { parseAddress } from '../../connection/address.ts';
import type { Keepable } from '../../connection/kept.ts';
import { BrokerConnection, type ConnectionDeps } from './connection.ts';
import type { BrokerPlace } from './requests.ts';
import type { KafkaCredentials } from './sasl.ts';

export interface ClusterTarget {
  /** Where the cluster is asked first, in this order. */
  readonly seeds: readonly BrokerPlace[];
  /** Whether no other broker is gone to, whatever the cluster says. */
  readonly onlySeeds: boolean;
  readonly tls: boolean;
  /** Certificates to trust instead of the system's, PEM. */
  readonly ca?: string;
  readonly credentials?: KafkaCredentials;
}

/** The partitions of one topic are led by few brokers. */
const MOST_BROKERS = 100;

export class KafkaCluster implements Keepable {
  readonly #target: ClusterTarget;
  readonly #deps: ConnectionDeps;
  readonly #connections = new Map<string, BrokerConnection>();
  #isClosed = false;
  /** Who keeps the offsets of the group, once that is known. */
  coordinator: BrokerPlace | undefined;

  constructor(target: ClusterTarget, deps: ConnectionDeps) {
    this.#target = target;
    this.#deps = deps;
  }

  get isUsable(): boolean {
    return !this.#isClosed && [...this.#connections.values()].every(({ isUsable }) => isUsable);
  }

  /** Any broker, of those that it is asked by; the next one where one is not there. */
  async any(): Promise<BrokerConnection> {
    let failure: unknown;
    for (const seed of this.#target.seeds) {
      try {
        return await this.#connect(seed);
      } catch (error) {
        this.#connections.delete(keyOf(seed));
        failure ??= error;
        if (this.#isClosed) break;
      }
    }
    throw failure;
  }

  /** A broker that the cluster has named. @throws TransientError when it may not be gone to */
  at(named: BrokerPlace): Promise<BrokerConnection> {
    const place = checked(named);
    const { onlySeeds, seeds, tls } = this.#target;
    if (onlySeeds && !seeds.some((seed) => keyOf(seed) === keyOf(place))) {
      const address = `${tls ? 'kafkas' : 'kafka'}://${keyOf(place)}`;
      throw new TransientError(`the cluster leads to ${address}, which brokers does not name; add it there`);
    }
    if (this.#connections.size >= MOST_BROKERS && !this.#connections.has(keyOf(place)))
      throw new TransientError(`the topic is led by more than ${MOST_BROKERS} brokers`);
    return this.#connect(place);
  }

  close(): void {
    this.#isClosed = true;
    for (const connection of this.#connections.values()) connection.close();
  }

  async #connect(place: BrokerPlace): Promise<BrokerConnection> {
    const key = keyOf(place);
    let connection = this.#connections.get(key);
    if (connection === undefined) {
      if (this.#isClosed) throw new TransientError('the source is closed');
      connection = new BrokerConnection({ ...this.#target, ...place }, this.#deps);
      this.#connections.set(key, connection);
    }
    await connection.ready;
    return connection;
  }
}

/** What the cluster says is a host and a port, or it is not gone to. */
function checked({ host, port }: BrokerPlace): BrokerPlace {
  const address = parseAddress(`kafka://${host.includes(':') ? `[${host}]` : host}:${port}`, ['kafka']);
  if ('wrong' in address || address.path !== '')
    throw new TransientError('the cluster names a broker without an address; check its advertised.listeners');
  return address;
}

function keyOf({ host, port }: BrokerPlace): string {
  return `${host.toLowerCase()}:${port}`;
}
