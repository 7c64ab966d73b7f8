// schedulers/docker: what a policy that is not the administrator's may not ask of an engine, which is root on its machine.

import { isObject, type JsonObject } from '../../../api/schema/json-schema.ts';
import type { CheckBlock } from '../../../api/schema/scheduler-block.ts';
import { refused } from '../../../api/trust/rules.ts';
import type { Finding } from '../../../api/validation/finding.ts';
import { below } from '../../../api/validation/pointer.ts';
import { checkEngineTrust } from '../../docker-engine/block.ts';
import { listIn, textsIn } from '../../docker-engine/json.ts';

const PRIVILEGED = '--allow-privileged';

export const checkTrust: CheckBlock = (block, pointer, { rules }) => {
  const container = isObject(block['container']) ? block['container'] : {};
  return [
    ...(rules.docker === true
      ? []
      : [refused(pointer, 'may not have containers run by a Docker engine', '--allow-docker')]),
    ...checkEngineTrust(block, pointer, rules),
    ...(rules.privileged ? [] : checkRights(container, below(pointer, 'container'))),
  ];
};

/** All of these make a container as good as root on the machine, or let it listen and speak there as the machine does. */
function checkRights(container: JsonObject, pointer: string): readonly Finding[] {
  const finding = (field: string, what: string): Finding => refused(below(pointer, field), what, PRIVILEGED);
  const { user, network } = container;
  return [
    ...(container['privileged'] === true
      ? [finding('privileged', 'may not have privileged containers')]
      : []),
    ...(textsIn(container['capAdd']).length > 0
      ? [finding('capAdd', 'may not give containers more capabilities')]
      : []),
    ...(typeof user === 'string' && /^(root|0+)(:|$)/.test(user)
      ? [finding('user', 'may not run containers as root')]
      : []),
    ...(typeof network === 'string' && /^(host$|container:)/.test(network)
      ? [finding('network', "may not share the machine's or another container's network")]
      : []),
    ...listIn(container['mounts']).flatMap((mount, i) =>
      isObject(mount) && mount['type'] === 'Bind'
        ? [refused(below(pointer, 'mounts', i), 'may not mount folders of the machine', PRIVILEGED)]
        : [],
    ),
  ];
}
