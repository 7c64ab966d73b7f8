// simulator: the laws that ship, by their ids.

import { TerminalError } from '../../runtime/errors.ts';
import type { Law } from './law.ts';
import { ShippedLaw, VIEWS } from './shipped.ts';

export const SHIPPED_LAWS: readonly Law[] = [
  {
    id: 'policy',
    about: 'what the policy says, read as its metric source reads',
    spare: 0,
    start: () => new ShippedLaw(VIEWS.policy),
  },
  {
    id: 'fluid-queue',
    about: 'the default law, told the visible messages only',
    spare: 0,
    start: () => new ShippedLaw(VIEWS.queue),
  },
  {
    id: 'fluid-inflight',
    about: 'the default law, told all messages, less those in flight',
    spare: 0,
    start: () => new ShippedLaw(VIEWS.inFlight),
  },
  {
    id: 'fluid-peek',
    about:
      'the default law, told what an Azure queue tells: also when those next in line came, in whole seconds',
    spare: 0,
    start: () => new ShippedLaw(VIEWS.source),
  },
  {
    id: 'fluid-counters',
    about: 'the default law, told also how many messages ever arrived',
    spare: 0,
    start: () => new ShippedLaw(VIEWS.counters),
  },
];

/** @throws TerminalError that names all there are */
export function requireLaw(laws: readonly Law[], id: string): Law {
  const law = laws.find((each) => each.id === id);
  if (law !== undefined) return law;
  throw new TerminalError(`no law is called '${id}'; there are ${laws.map((each) => each.id).join(', ')}`);
}
