// bench: what a checkout adds to `microscaling simulate`.

import type { Bench } from '../src/simulator/suite.ts';
import { fastSuite } from './fast/suite.ts';
import { RIVALS } from './rivals/laws.ts';
import { benchSuite } from './suite/suite.ts';

export const bench: Bench = { rivals: RIVALS, suites: { bench: benchSuite, fast: fastSuite } };
