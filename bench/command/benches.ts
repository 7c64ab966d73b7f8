// bench: every bench by its name. What a bench is made of is loaded when it is run.

import type { Figure } from '../cost/measure.ts';
import { type Bench, inParts } from './bench.ts';

export const BENCHES: readonly Bench[] = [
  {
    name: 'decide',
    help: 'a decision for 10, 100 and 1,000 apps, and the parsing of a policy; 10 s',
    byDefault: true,
    run: async () => ({ timings: (await import('../cost/decide.ts')).decisionCost() }),
  },
  {
    name: 'store',
    help: 'a durable write, and the memory of a thousand pools; 20 s',
    byDefault: true,
    run: async () => ({ figures: (await import('../cost/store.ts')).keeping() }),
  },
  {
    name: 'reaction',
    help: 'from a queue that crosses its target to the write that Marathon gets; 15 s',
    byDefault: true,
    run: async () => ({ figures: await (await import('../cost/reach.ts')).reaction() }),
  },
  {
    name: 'edits',
    help: 'from an edit in a folder, the API and Kubernetes to the write that Marathon gets; 45 s',
    byDefault: true,
    run: async (_, step) => {
      step('a folder and the API');
      const { edits } = await import('../cost/api.ts');
      const { editsInKubernetes } = await import('../cost/kubernetes.ts');
      const kubernetes = (): Promise<readonly Figure[]> => {
        step('Kubernetes');
        return editsInKubernetes();
      };
      return await inParts({ 'a folder and the API': edits, Kubernetes: kubernetes });
    },
  },
  {
    name: 'apps',
    help: 'one pool of 500 apps: rounds, writes and conflicts; 30 s',
    byDefault: true,
    run: async () => ({ figures: await (await import('../cost/reach.ts')).manyApps() }),
  },
  {
    name: 'policies',
    help: "a thousand policies in the operator's own API; 1 min",
    byDefault: true,
    run: async () => ({ figures: await (await import('../cost/api.ts')).manyPolicies() }),
  },
  {
    name: 'bounds',
    help: 'how long /healthz waits while strangers send the largest bodies, files and streams; 90 s',
    byDefault: true,
    run: async (_, step) => ({ figures: await (await import('../cost/bounds.ts')).bounds(step) }),
  },
  {
    name: 'record',
    help: 'processor time and disk a day of the flight recorder, in virtual time; 1 min',
    byDefault: true,
    run: async () => ({ figures: await (await import('../record/cost.ts')).recorderCost() }),
  },
  {
    name: 'sources',
    help: '5,000 queues read once a second, beside the bare HTTP client; then the same as clients; 6 min',
    byDefault: true,
    run: async (_, step) => {
      const { readings } = await import('../sources/readings.ts');
      const { clients } = await import('../sources/clients.ts');
      return await inParts({ readings: () => readings(step), clients: () => clients(step) });
    },
  },
  {
    name: 'rest',
    help: 'what is asked of Marathon in a minute in which nothing happens; 65 s',
    byDefault: true,
    run: async () => ({ figures: await (await import('../cost/reach.ts')).rest() }),
  },
  {
    name: 'clients',
    help: 'what each client library costs an operator that uses it, and what unused ones cost; 5 min',
    byDefault: false,
    run: async (_, step) => ({ figures: await (await import('../sources/clients.ts')).clients(step) }),
  },
  {
    name: 'across',
    help: 'a hand-over of five slots inside Marathon and from it to Docker; needs root and docker.io; 1 min',
    byDefault: false,
    run: async () => ({ figures: await (await import('../schedulers/handover.ts')).across() }),
  },
  {
    name: 'cluster',
    help: 'a thousand Deployments of a real control plane (npm run cluster:build); 3 min',
    byDefault: false,
    run: async () => ({ figures: await (await import('../schedulers/control-plane.ts')).controlPlane() }),
  },
  {
    name: 'engines',
    help: 'how soon a container of Docker, and a task of a swarm, is seen to run; needs root and docker.io; 1 min',
    byDefault: false,
    run: async () => ({ figures: await (await import('../schedulers/engines.ts')).engines() }),
  },
  {
    name: 'page',
    help: 'how soon Chromium shows the page of an operator with 500 policies; 15 s',
    byDefault: false,
    run: async () => ({ figures: await (await import('../page/many-policies.ts')).pageOfMany() }),
  },
  {
    name: 'scale',
    help: '500 policies with 5,000 apps beside 50 with 500: lateness, processors, memory, answers; 10,000 in the API; 6 min',
    byDefault: false,
    run: async (_, step) => await (await import('../scale/scale.ts')).scale(step),
  },
  {
    name: 'rates',
    help: 'how often arrivals and service rate are shown after a cold start, and how many are right',
    byDefault: false,
    run: async () => {
      const { rates, ratesText } = await import('../rates/rates.ts');
      const rows = rates();
      return { own: { text: ratesText(rows), data: rows } };
    },
  },
  {
    name: 'reality',
    help: 'the same loads simulated and in real time; --seed 1..4; 95 s',
    byDefault: false,
    run: async ({ seed }) => {
      const { reality } = await import('../reality/reality.ts');
      const { realityText } = await import('../reality/text.ts');
      const result = await reality({ seeds: seedsOf(seed) }, new AbortController().signal);
      return { own: { text: realityText(result), data: result } };
    },
  },
];

/** `3`, or `1..4`, the default. */
function seedsOf(text = '1..4'): readonly number[] {
  const [first = 1, last = first] = text.split('..').map(Number);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
