// simulator: the laws by their ids (control.md §4).

import { TerminalError } from '../runtime/errors.ts';
import type { Law } from './law.ts';
import { KEDA_AGGRESSIVE, KEDA_DEFAULT, KedaLaw } from './rivals/keda.ts';
import { OracleLaw } from './rivals/oracle.ts';
import { OriginalLaw } from './rivals/original.ts';
import { ShippedLaw, VIEWS } from './shipped.ts';

/** The original deadlocks on an exactly full cluster; said wherever its rows are shown. */
export const SPARE = 0.25;

const DEFAULT_GAINS = { kU: 0.05, tU: 10 };
const DEMO_GAINS = { kU: 0.03, tU: 0.7 };

export const LAWS: readonly Law[] = [
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
    id: 'fluid-counters',
    about: 'the default law, told also how many messages ever arrived',
    spare: 0,
    start: () => new ShippedLaw(VIEWS.counters),
  },
  {
    id: 'original-default',
    about: "the predecessor's PD law with its default gains",
    spare: SPARE,
    start: () => new OriginalLaw({ algorithm: { gains: DEFAULT_GAINS }, setPoint: 1, locks: true }),
  },
  {
    id: 'original-demo',
    about: "the predecessor's PD law with the gains of its demo",
    spare: SPARE,
    start: () => new OriginalLaw({ algorithm: { gains: DEMO_GAINS }, setPoint: 1, locks: true }),
  },
  {
    id: 'original-retuned',
    about: 'the same without lock trouble and with its set point at a quarter of the target',
    spare: SPARE,
    start: () => new OriginalLaw({ algorithm: { gains: DEMO_GAINS }, setPoint: 0.25, locks: false }),
  },
  {
    id: 'original-strict',
    about: "the predecessor's default without spare slots",
    spare: 0,
    start: () => new OriginalLaw({ algorithm: { gains: DEFAULT_GAINS }, setPoint: 1, locks: true }),
  },
  {
    id: 'simple',
    about: "the predecessor's SimpleQueue: one up, one down",
    spare: SPARE,
    start: () => new OriginalLaw({ algorithm: 'SimpleQueue', setPoint: 1, locks: true }),
  },
  {
    id: 'keda-default',
    about: 'KEDA and the HorizontalPodAutoscaler with their defaults',
    spare: 0,
    start: () => new KedaLaw(KEDA_DEFAULT),
  },
  {
    id: 'keda-aggressive',
    about: 'the same, as quick as it can be set',
    spare: 0,
    start: () => new KedaLaw(KEDA_AGGRESSIVE),
  },
  {
    id: 'oracle-causal',
    about: 'knows arrivals and service rate as they are now',
    spare: 0,
    start: () => new OracleLaw({ clairvoyant: false }),
  },
  {
    id: 'oracle-clairvoyant',
    about: 'knows every arrival to come: the bound',
    spare: 0,
    start: () => new OracleLaw({ clairvoyant: true }),
  },
];

/** The laws that a bench compares. */
export const BENCH_LAWS: readonly string[] = LAWS.map(({ id }) => id).filter((id) => id !== 'policy');

/** @throws TerminalError that names all there are */
export function requireLaw(id: string): Law {
  const law = LAWS.find((each) => each.id === id);
  if (law !== undefined) return law;
  throw new TerminalError(`no law is called '${id}'; there are ${LAWS.map((each) => each.id).join(', ')}`);
}

/** What is to be said beside figures of the original, when there are any. */
export function spareNote(ids: readonly string[]): string | undefined {
  const given = ids.filter((id) => requireLaw(id).spare > 0);
  if (given.length === 0) return undefined;
  return `${given.join(', ')}: with ${SPARE * 100} % spare slots, because its stale demand after a 409 can deadlock it on an exactly full cluster`;
}
