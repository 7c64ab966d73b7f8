// emulator: `ipAddress` and `container.docker.network` of before 1.5 become `networks`.

import { defined } from '../../../lang/defined.ts';
import { ApiError } from '../../api-error.ts';
import type { GivenDocker, GivenIpAddress, GivenNetwork } from '../given.ts';

/** As `--mesos_bridge_name`. */
const BRIDGE_NAME = 'mesos-bridge';

export interface NetworkSpellings {
  readonly ipAddress: GivenIpAddress | undefined;
  readonly dockerNetwork: GivenDocker['network'];
  readonly networks: readonly GivenNetwork[] | undefined;
}

/** @throws ApiError 500 for what cannot be said today */
export function networksOf(spellings: NetworkSpellings): readonly GivenNetwork[] | undefined {
  const { ipAddress, dockerNetwork, networks } = spellings;
  if (ipAddress === undefined && dockerNetwork === undefined) return networks;
  if (networks !== undefined) throw new ApiError(500, 'cannot mix deprecated and canonical network APIs');
  if (dockerNetwork !== undefined) return [fromDocker(dockerNetwork, ipAddress)];
  return ipAddress === undefined ? undefined : [fromIpAddress(ipAddress)];
}

function fromDocker(
  network: NonNullable<GivenDocker['network']>,
  ipAddress: GivenIpAddress | undefined,
): GivenNetwork {
  const labels = ipAddress?.labels ?? {};
  switch (network) {
    case 'HOST':
      return { mode: 'host', labels: {} };
    case 'USER':
      return container(ipAddress?.networkName, labels);
    case 'BRIDGE':
      return { mode: 'container/bridge', labels };
    case 'NONE':
      throw new ApiError(500, `unsupported docker network type ${network}`);
  }
}

function fromIpAddress({ networkName, labels }: GivenIpAddress): GivenNetwork {
  return networkName === BRIDGE_NAME ? { mode: 'container/bridge', labels } : container(networkName, labels);
}

function container(name: string | undefined, labels: GivenNetwork['labels']): GivenNetwork {
  return { mode: 'container', labels, ...defined({ name }) };
}
