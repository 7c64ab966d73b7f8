// schedulers/swarm: the block by which an app names the service that it scales.

import type { JsonObject } from '../../api/schema/json-schema.ts';
import type { CheckBlock } from '../../api/schema/scheduler-block.ts';
import { object, text } from '../../api/schema/shapes.ts';
import { refused } from '../../api/trust/rules.ts';
import { defined } from '../../lang/defined.ts';
import { checkEngine, checkEngineTrust, engineFields, engineSpecOf } from '../docker-engine/block.ts';
import { textIn } from '../docker-engine/json.ts';
import type { Workload, WorkloadBlock } from '../scheduler.ts';
import { serviceText } from './words.ts';

const schema = object(
  'Scales a service that exists in a Docker Swarm. Nothing is created or changed but its number of replicas.',
  {
    service: text('Its name; one of a stack is called STACK_SERVICE.', {
      pattern: '^[A-Za-z0-9]+([_-]+[A-Za-z0-9]+)*$',
      maxLength: 63,
    }),
    ...engineFields('A manager of the swarm'),
  },
  { required: ['service'] },
);

/** A larger count runs more containers, whoever defined them; a smaller one stops whatever service it names. */
const trust: CheckBlock = (block, pointer, { rules }) => [
  ...(rules.docker === true
    ? []
    : [refused(pointer, 'may not scale services of a Docker Swarm', '--allow-docker')]),
  ...checkEngineTrust(block, pointer, rules),
];

function workload(block: JsonObject): Workload {
  const name = textIn(block['service']) ?? '';
  const cluster = engineSpecOf(block);
  const elsewhere = cluster?.host === undefined ? '' : ` on ${cluster.host}`;
  return { name, title: `${serviceText(name)}${elsewhere}`, ...defined({ cluster }) };
}

export const SWARM_BLOCK: WorkloadBlock = { schema, check: checkEngine, trust, workload };
