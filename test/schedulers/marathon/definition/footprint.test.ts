import { expect, it } from 'vitest';
import { footprintOf } from '../../../../src/schedulers/marathon/definition/footprint.ts';

it.each([
  { definition: {}, takes: { cpus: 1, mem: 128, disk: 0, gpus: 0 } },
  { definition: { cpus: 0.1 }, takes: { cpus: 0.1, mem: 128, disk: 0, gpus: 0 } },
  { definition: { cpus: 0, mem: 32, disk: 5, gpus: 2 }, takes: { cpus: 0, mem: 32, disk: 5, gpus: 2 } },
  { definition: { mem: '64' }, takes: { cpus: 1, mem: 128, disk: 0, gpus: 0 } },
])('an instance of $definition takes $takes', ({ definition, takes }) => {
  expect(footprintOf(definition)).toEqual(takes);
});
