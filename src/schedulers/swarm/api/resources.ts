// schedulers/swarm/api: amounts of resources, by name, in the units of a footprint. Pure.

import { type Json, listIn, numberIn, objectIn, textIn } from '../../docker-engine/json.ts';

/** `cpus`, `mem` in MB, and whatever else nodes offer by name: `NVIDIA-GPU`. */
export type Amounts = ReadonlyMap<string, number>;

const MIB = 1024 * 1024;

/** Of a node, or of what a task reserves there. */
export function amountsOf(raw: Json): Amounts {
  const amounts = new Map<string, number>();
  const add = (name: string, amount: number): void => {
    if (amount > 0) amounts.set(name, (amounts.get(name) ?? 0) + amount);
  };
  add('cpus', (numberIn(raw['NanoCPUs']) ?? 0) / 1e9);
  add('mem', (numberIn(raw['MemoryBytes']) ?? 0) / MIB);
  for (const each of listIn(raw['GenericResources']).map(objectIn)) {
    const discrete = objectIn(each['DiscreteResourceSpec']);
    const named = objectIn(each['NamedResourceSpec']);
    add(textIn(discrete['Kind']) ?? '', numberIn(discrete['Value']) ?? 0);
    add(textIn(named['Kind']) ?? '', named['Value'] === undefined ? 0 : 1);
  }
  return amounts;
}
