// schedulers/kubernetes/pods: what a pod asks of its node, counted as the scheduler counts it. Pure.

import type { Footprint } from '../../../core/observation.ts';
import { quantityOf, wholeUnits } from '../objects/quantity.ts';
import { type Fields, fieldsOf, listOf } from '../objects/read.ts';

/** By resource, in whole units: thousandths of a CPU, bytes, pieces. */
export type Amounts = ReadonlyMap<string, number>;

type Combine = (a: number, b: number) => number;
const sum: Combine = (a, b) => a + b;

/**
 * Containers run beside each other, init containers before them and one after the other; one that restarts is a sidecar, and
 * runs on beside whatever comes after it:
 *
 *     max( Σ containers + Σ sidecars,  max over init containers of (its own + the sidecars before it) )  +  overhead
 *
 * What a pod asks for as a whole takes the place of its containers' sum.
 */
export function podRequests(spec: Fields): Amounts {
  let sidecars: Amounts = new Map();
  let starting: Amounts = new Map();
  for (const container of listOf(spec['initContainers']).map(fieldsOf)) {
    const own = resourcesOf(container['resources']);
    if (container['restartPolicy'] === 'Always') sidecars = combined(sidecars, own, sum);
    const meanwhile = container['restartPolicy'] === 'Always' ? sidecars : combined(sidecars, own, sum);
    starting = combined(starting, meanwhile, Math.max);
  }
  const containers = listOf(spec['containers'])
    .map((container) => resourcesOf(fieldsOf(container)['resources']))
    .reduce<Amounts>((all, each) => combined(all, each, sum), sidecars);
  const asWhole = new Map([...combined(containers, starting, Math.max), ...resourcesOf(spec['resources'])]);
  return combined(asWhole, amountsOf(spec['overhead']), sum);
}

/** Requests; a limit without a request is one as well, as the API server fills it in. */
function resourcesOf(raw: unknown): Amounts {
  const { requests, limits } = fieldsOf(raw);
  return new Map([...amountsOf(limits), ...amountsOf(requests)]);
}

/** A mapping of resources to quantities, such as a node's `allocatable`. */
export function amountsOf(raw: unknown): Amounts {
  const amounts = Object.entries(fieldsOf(raw)).flatMap(([resource, value]) => {
    const quantity = quantityOf(value);
    return quantity === undefined ? [] : [[resource, wholeUnits(resource, quantity)] as const];
  });
  return new Map(amounts);
}

export function combined(a: Amounts, b: Amounts, combine: Combine): Amounts {
  const all = new Map(a);
  for (const [resource, amount] of b) all.set(resource, combine(all.get(resource) ?? 0, amount));
  return all;
}

const MEBIBYTE = 2 ** 20;
const IS_GPU = /(^|\/)gpus?$/;

/** In the units that every scheduler has in common. */
export function footprintOfRequests(requests: Amounts): Footprint {
  const gpus = [...requests].filter(([resource]) => IS_GPU.test(resource));
  return {
    cpus: (requests.get('cpu') ?? 0) / 1_000,
    mem: (requests.get('memory') ?? 0) / MEBIBYTE,
    disk: (requests.get('ephemeral-storage') ?? 0) / MEBIBYTE,
    gpus: gpus.reduce((total, [, amount]) => total + amount, 0),
  };
}
