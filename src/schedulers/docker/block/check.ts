// schedulers/docker: what the schema of the block cannot say.

import { isObject, type JsonObject } from '../../../api/schema/json-schema.ts';
import { error, type Finding } from '../../../api/validation/finding.ts';
import { below } from '../../../api/validation/pointer.ts';
import { checkEngine } from '../../docker-engine/block.ts';
import { listIn, objectIn } from '../../docker-engine/json.ts';
import { LABEL_PREFIX } from '../container/labels.ts';

export function checkBlock(block: JsonObject, pointer: string): readonly Finding[] {
  const container = isObject(block['container']) ? block['container'] : {};
  const place = below(pointer, 'container');
  return [
    ...checkEngine(block, pointer),
    ...checkMounts(container, place),
    ...checkPorts(container, place),
    ...checkNames(container, place),
  ];
}

function checkMounts(container: JsonObject, pointer: string): readonly Finding[] {
  return listIn(container['mounts']).flatMap((each, i): readonly Finding[] => {
    const { type, source, sizeMb } = objectIn(each);
    const place = below(pointer, 'mounts', i);
    if (type === 'Bind' && !(typeof source === 'string' && source.startsWith('/')))
      return [error(place, 'is a Bind, whose source is an absolute path on the machine')];
    if (type === 'Tmpfs' && source !== undefined) return [error(place, 'is a Tmpfs, which has no source')];
    if (type !== 'Tmpfs' && sizeMb !== undefined)
      return [error(below(place, 'sizeMb'), 'is for a Tmpfs only')];
    return [];
  });
}

function checkPorts(container: JsonObject, pointer: string): readonly Finding[] {
  const { network, ports } = container;
  return listIn(ports).flatMap((each, i) => {
    const { hostPort, containerPort } = objectIn(each);
    const isDirect = network === 'host' && hostPort !== undefined && hostPort !== containerPort;
    return isDirect
      ? [
          error(
            below(pointer, 'ports', i, 'hostPort'),
            "is not published on the machine's own network: remove it",
          ),
        ]
      : [];
  });
}

function checkNames({ env, labels }: JsonObject, pointer: string): readonly Finding[] {
  return [
    ...Object.keys(objectIn(env)).flatMap((name) =>
      name === '' || name.includes('=')
        ? [error(below(pointer, 'env'), `'${name}' is no name of a variable`)]
        : [],
    ),
    ...Object.keys(objectIn(labels)).flatMap((name) =>
      name.startsWith(LABEL_PREFIX)
        ? [
            error(
              below(pointer, 'labels'),
              `'${name}' begins with ${LABEL_PREFIX}, which is the operator's own`,
            ),
          ]
        : [],
    ),
  ];
}
