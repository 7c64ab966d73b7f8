// How many more pods fit: node by node, against the plain way of counting, which puts one pod after the other.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeOf, takes } from '../../../../src/schedulers/kubernetes/room/node.ts';
import { freeOn, type Placed, roomFor } from '../../../../src/schedulers/kubernetes/room/room.ts';
import { type PodTemplate, templateOf } from '../../../../src/schedulers/kubernetes/room/template.ts';
import { aNode, containers } from '../builders.ts';

function template(spec: Readonly<Record<string, unknown>> = {}, labels = { app: 'x' }): PodTemplate {
  const made = templateOf({ metadata: { labels }, spec: { containers: containers({ cpu: '1' }), ...spec } });
  if (made === undefined) throw new Error('a template with containers is known');
  return made;
}
const roomOf = (
  made: PodTemplate,
  nodes: readonly ReturnType<typeof aNode>[],
  placed: readonly Placed[] = [],
  headroom = 0,
) => roomFor({ template: made, present: new Map() }, freeOn(nodes.map(nodeOf), placed), headroom);
const size = { cpu: '4', memory: '8Gi', pods: '10' };
const requests = (cpu: number) => new Map([['cpu', cpu]]);

describe('a node', () => {
  const taint = { key: 'gpu', value: 'yes', effect: 'NoSchedule' };
  const ssd = { disk: 'ssd', zone: '3' };
  const affinity = (nodeSelectorTerms: readonly unknown[]) => ({
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
  });
  it.each([
    ['takes what asks for nothing special', {}, {}, true],
    ['has to have the labels of a selector', {}, { nodeSelector: { disk: 'hdd' } }, false],
    ['has the labels', {}, { nodeSelector: { disk: 'ssd' } }, true],
    ['repels by a taint', { taints: [taint] }, {}, false],
    ['is tolerated by its taint', { taints: [taint] }, { tolerations: [{ key: 'gpu', value: 'yes' }] }, true],
    [
      'is not tolerated by another value',
      { taints: [taint] },
      { tolerations: [{ key: 'gpu', value: 'no' }] },
      false,
    ],
    ['is tolerated by key', { taints: [taint] }, { tolerations: [{ key: 'gpu', operator: 'Exists' }] }, true],
    [
      'is tolerated by whoever tolerates all',
      { taints: [taint] },
      { tolerations: [{ operator: 'Exists' }] },
      true,
    ],
    [
      'is not tolerated for another effect',
      { taints: [taint] },
      { tolerations: [{ operator: 'Exists', effect: 'NoExecute' }] },
      false,
    ],
    ['only prefers others', { taints: [{ ...taint, effect: 'PreferNoSchedule' }] }, {}, true],
    ['is cordoned', { unschedulable: true }, {}, false],
    [
      'is cordoned and tolerated',
      { unschedulable: true },
      { tolerations: [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }] },
      true,
    ],
    [
      'meets one of several terms',
      {},
      affinity([
        { matchExpressions: [{ key: 'disk', operator: 'In', values: ['hdd'] }] },
        { matchExpressions: [{ key: 'zone', operator: 'Gt', values: ['2'] }] },
      ]),
      true,
    ],
    [
      'meets none of them',
      {},
      affinity([{ matchExpressions: [{ key: 'disk', operator: 'NotIn', values: ['ssd'] }] }]),
      false,
    ],
    [
      'is meant by name',
      {},
      affinity([{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-a'] }] }]),
      true,
    ],
    ['is not meant by an empty term', {}, affinity([{}]), false],
  ])('%s', (_, spec, pod, expected) => {
    expect(takes(nodeOf(aNode('node-a', size, { labels: ssd, spec })), template(pod))).toBe(expected);
  });
});

describe('room', () => {
  it.each([
    ['counts whole pods on each node', [size, { ...size, cpu: '1500m' }], [], 5],
    ['leaves what is there alone', [size], [{ node: 'n0', requests: requests(2_500) }], 1],
    [
      'counts a pod that asks for nothing',
      [{ ...size, pods: '3' }],
      [{ node: 'n0', requests: new Map() }],
      2,
    ],
    ['is none on an overfull node', [size], [{ node: 'n0', requests: requests(9_000) }], 0],
    ['does not care for pods elsewhere', [size], [{ node: 'other', requests: requests(4_000) }], 4],
    ['is none where a node does not name what is asked for', [{ pods: '10' }], [], 0],
  ])('%s', (_, sizes, placed, expected) => {
    const nodes = sizes.map((each, i) => aNode(`n${i}`, each));
    expect(roomOf(template(), nodes, placed)).toBe(expected);
  });

  it('leaves the headroom of all nodes', () => {
    const nodes = [aNode('n0', size), aNode('n1', size)];
    expect(roomOf(template(), nodes, [], 0.25)).toBe(6);
  });

  it.each([
    ['a port of the node', { containers: [{ ports: [{ hostPort: 80 }] }] }],
    [
      'a rule against its like',
      {
        affinity: {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'x' } } },
            ],
          },
        },
      },
    ],
  ])('is one a node by %s', (_, spec) => {
    const free = freeOn([aNode('n0', size), aNode('n1', size)].map(nodeOf), []);
    expect(roomFor({ template: template(spec), present: new Map([['n0', 1]]) }, free, 0)).toBe(1);
  });

  it('is what fits when one pod is put after the other', () => {
    const node = fc.record({ cpu: fc.integer({ min: 0, max: 20 }), pods: fc.integer({ min: 0, max: 8 }) });
    const taken = fc.record({ on: fc.nat(3), cpu: fc.integer({ min: 0, max: 8 }) });
    fc.assert(
      fc.property(
        fc.array(node, { maxLength: 4 }),
        fc.array(taken, { maxLength: 6 }),
        fc.integer({ min: 1, max: 5 }),
        (nodes, pods, cpu) => {
          const each = template({ containers: containers({ cpu: String(cpu) }) });
          const placed = pods.map(({ on, cpu: held }) => ({
            node: `n${on}`,
            requests: requests(held * 1_000),
          }));
          const made = nodes.map((size, i) =>
            aNode(`n${i}`, { cpu: String(size.cpu), pods: String(size.pods) }),
          );
          let expected = 0;
          nodes.forEach((size, i) => {
            const here = pods.filter(({ on }) => on === i);
            let left = size.cpu - here.reduce((sum, { cpu: held }) => sum + held, 0);
            for (let places = size.pods - here.length; places > 0 && left >= cpu; places -= 1) {
              left -= cpu;
              expected += 1;
            }
          });
          expect(roomOf(each, made, placed)).toBe(expected);
        },
      ),
    );
  });

  it('is not known of a template without containers', () => {
    expect(templateOf({ spec: {} })).toBeUndefined();
    expect(templateOf(undefined)).toBeUndefined();
  });
});
