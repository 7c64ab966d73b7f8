// emulator: which networks go together.

import type { GivenApp, GivenNetwork } from '../../given.ts';
import { isUnique, unless, type Violation } from '../violation.ts';

export function networks({ networks: given, container }: GivenApp): readonly Violation[] {
  const of = (mode: GivenNetwork['mode']): readonly GivenNetwork[] => given.filter((n) => n.mode === mode);
  const hosts = of('host');
  const bridges = of('container/bridge');
  const containers = of('container');
  const unnamed = containers.filter(({ name }) => name === undefined).length;
  const names = given.flatMap(({ name }) => name ?? []);
  const together =
    (hosts.length <= 1 && bridges.length === 0 && containers.length === 0) ||
    (hosts.length === 0 && bridges.length <= 1 && containers.length === 0) ||
    (hosts.length === 0 && bridges.length === 0);
  const at = (holds: boolean, error: string): readonly Violation[] => unless(holds, '/networks', error);
  return [
    ...at(hosts.every(isBare), 'Host networks may not have names or labels'),
    ...at(
      bridges.every(({ name }) => name === undefined),
      'Bridge networks may not have names',
    ),
    ...at(unnamed < 2 && isUnique(names), 'Duplicate networks are not allowed'),
    ...at(
      together,
      'May specify a single host network, single bridge network, or else 1-to-n container networks',
    ),
    ...at(unnamed === 0, 'Network name must be specified when container network is selected.'),
    ...unless(
      container?.type !== 'DOCKER' || containers.length <= 1,
      '',
      'may only specify a single container network when using the Docker container engine',
    ),
  ];
}

function isBare({ name, labels }: GivenNetwork): boolean {
  return name === undefined && Object.keys(labels).length === 0;
}
