// bench: the laws that the shipped ones are compared with, by their ids.

import { QUEUE_GAINS } from '../../src/api/schema/target.ts';
import type { Law } from '../../src/simulator/law/law.ts';
import { KEDA_AGGRESSIVE, KEDA_DEFAULT, KedaLaw } from './keda.ts';
import { OracleLaw } from './oracle.ts';
import { SeenLaw } from './oracle-seen.ts';
import { OriginalLaw } from './original.ts';

/** The original deadlocks on an exactly full cluster; said wherever its rows are shown. */
const SPARE = 0.25;

const DEMO_GAINS = { kU: 0.03, tU: 0.7 };
const NEEDS_SPARE = 'its stale demand after a 409 can deadlock it on an exactly full cluster';

export const RIVALS: readonly Law[] = [
  {
    id: 'original-default',
    about: "the predecessor's PD law with its default gains",
    spare: SPARE,
    spareBecause: NEEDS_SPARE,
    start: () => new OriginalLaw({ algorithm: { gains: QUEUE_GAINS }, setPoint: 1, locks: true }),
  },
  {
    id: 'original-demo',
    about: "the predecessor's PD law with the gains of its demo",
    spare: SPARE,
    spareBecause: NEEDS_SPARE,
    start: () => new OriginalLaw({ algorithm: { gains: DEMO_GAINS }, setPoint: 1, locks: true }),
  },
  {
    id: 'original-retuned',
    about: 'the same without lock trouble and with its set point at a quarter of the target',
    spare: SPARE,
    spareBecause: NEEDS_SPARE,
    start: () => new OriginalLaw({ algorithm: { gains: DEMO_GAINS }, setPoint: 0.25, locks: false }),
  },
  {
    id: 'original-strict',
    about: "the predecessor's default without spare slots",
    spare: 0,
    start: () => new OriginalLaw({ algorithm: { gains: QUEUE_GAINS }, setPoint: 1, locks: true }),
  },
  {
    id: 'simple',
    about: "the predecessor's SimpleQueue: one up, one down",
    spare: SPARE,
    spareBecause: NEEDS_SPARE,
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
    id: 'oracle-seen',
    about: 'knows the service rate and the dead time, and has counted all arrivals so far',
    spare: 0,
    start: () => new SeenLaw(),
  },
  {
    id: 'oracle-clairvoyant',
    about: 'knows every arrival to come: the bound',
    spare: 0,
    start: () => new OracleLaw({ clairvoyant: true }),
  },
];
