// simulator: random draws by place: the n-th draw of a stream depends on nothing but the seed, the stream and n.

import { seededAt } from '../../runtime/random.ts';

/** Beyond this mean a Poisson draw is taken from the normal distribution with the same mean and variance. */
const NORMAL_FROM = 60;

/** One stream of draws; streams of one seed with different names are independent of each other. */
export class Chance {
  readonly #seed: number;

  constructor(seed: number, stream: string) {
    this.#seed = mix(seed, stream);
  }

  /** In [0, 1). */
  uniform(index: number): number {
    return seededAt(this.#seed, index);
  }

  /** Mean 0, variance 1 (Box and Muller, 1958). */
  normal(index: number): number {
    const u = 1 - seededAt(this.#seed, 2 * index);
    const v = seededAt(this.#seed, 2 * index + 1);
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
  }

  /** A count, by inversion (Devroye 1986, X.3.2). */
  poisson(index: number, mean: number): number {
    if (!(mean > 0)) return 0;
    if (mean > NORMAL_FROM) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal(index)));
    let left = this.uniform(index);
    let probability = Math.exp(-mean);
    let count = 0;
    while (left >= probability && probability > 1e-300) {
      left -= probability;
      count++;
      probability *= mean / count;
    }
    return count;
  }
}

/** FNV-1a over the name, started from the seed. */
function mix(seed: number, stream: string): number {
  let h = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < stream.length; i++) h = Math.imul(h ^ stream.charCodeAt(i), 0x01000193) >>> 0;
  return h | 0;
}
