// emulator: ports and port mappings.

import type { GivenApp, GivenNetwork, GivenPortMapping } from '../../given.ts';
import { each, isUnique, unless, type Violation } from '../violation.ts';

const NAMES_DIFFER = 'Port names must be unique.';

export function ports(app: GivenApp): readonly Violation[] {
  const { networks, portDefinitions = [], container } = app;
  const mappings = container?.portMappings;
  const names = portDefinitions.flatMap(({ name }) => name ?? []);
  const fixed = portDefinitions.map(({ port }) => port).filter((port) => port !== 0);
  const hasHost = networks.some(({ mode }) => mode === 'host');
  const hasOther = networks.some(({ mode }) => mode !== 'host');
  return [
    ...unless(isUnique(names), '/portDefinitions', NAMES_DIFFER),
    ...unless(isUnique(fixed), '/portDefinitions', 'Ports must be unique.'),
    ...(mappings === undefined ? [] : portMappings(mappings, networks)),
    ...unless(
      !hasHost || (mappings?.length ?? 0) === 0,
      '',
      'portMappings are not allowed with host-networking',
    ),
    ...unless(
      !hasOther || portDefinitions.length === 0,
      '',
      'portDefinitions are only allowed with host-networking',
    ),
  ];
}

function portMappings(
  mappings: readonly GivenPortMapping[],
  networks: readonly GivenNetwork[],
): readonly Violation[] {
  const path = '/container/portMappings';
  const names = mappings.flatMap(({ name }) => name ?? []);
  const known = networks.flatMap(({ name }) => name ?? []);
  const many = networks.filter(({ mode }) => mode === 'container').length > 1;
  return [
    ...unless(isUnique(names), path, NAMES_DIFFER),
    ...each(mappings, path, (mapping, at) => [
      ...unless(
        !many || mapping.hostPort === undefined || mapping.networkNames.length === 1,
        at,
        'networkNames must be a single item list when hostPort is specified and more than 1 container network is defined',
      ),
      ...each(mapping.networkNames, `${at}/networkNames`, (name, place) =>
        unless(known.includes(name), place, `is not one of (${known.join(',')})`),
      ),
    ]),
  ];
}

/** Numbers from `ports` were not looked at before. */
export function portNumbers({ portDefinitions = [] }: GivenApp): readonly Violation[] {
  return each(portDefinitions, '/portDefinitions', ({ port }, path) =>
    unless(port >= 0, `${path}/port`, `got ${port}, expected 0 or more`),
  );
}

/** How many ports a check may point at. */
export function portCount({ container, portDefinitions = [] }: GivenApp): number {
  return container?.portMappings?.length ?? portDefinitions.length;
}
