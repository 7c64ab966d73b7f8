// runtime: chance that can be repeated. Every function is a pure function of its seed.

/**
 * A number in [0, 1) for place `index` of the sequence `seed`: no state, any place in any order.
 * The mixing steps are those of MurmurHash3's 32-bit finaliser (Appleby, public domain).
 */
export function seededAt(seed: number, index: number): number {
  let h = (Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(index | 0, 0x85ebca6b)) | 0;
  for (let round = 0; round < 2; round++) {
    h ^= h >>> 16;
    h = Math.imul(h, 0x85ebca6b);
    h ^= h >>> 13;
    h = Math.imul(h, 0xc2b2ae35);
    h ^= h >>> 16;
    h = (h + 0x6d2b79f5) | 0;
  }
  return (h >>> 0) / 2 ** 32;
}
