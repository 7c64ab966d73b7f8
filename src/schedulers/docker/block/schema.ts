// schedulers/docker: the `docker` block of an app.

import { envFromSchema } from '../../../api/schema/env-from.ts';
import type { JsonSchema } from '../../../api/schema/json-schema.ts';
import {
  amount,
  choice,
  count,
  duration,
  list,
  object,
  positiveDuration,
  text,
} from '../../../api/schema/shapes.ts';
import { engineFields } from '../../docker-engine/block.ts';

function flag(description: string): JsonSchema {
  return { type: 'boolean', description };
}

function words(description: string): JsonSchema {
  return list(description, text('One of them.', { maxLength: 4096 }), {
    maxItems: 256,
    'x-kubernetes-list-type': 'atomic',
  });
}

function texts(description: string, valueDescription: string): JsonSchema {
  return { type: 'object', description, additionalProperties: text(valueDescription, { maxLength: 65_536 }) };
}

const port = object(
  'A port of the container that the machine publishes.',
  {
    containerPort: count('Inside the container.', { minimum: 1, maximum: 65_535 }),
    hostPort: count('On the machine; by default one that is free, another for each instance.', {
      minimum: 1,
      maximum: 65_535,
    }),
    hostAddress: text('Where the machine listens; all its addresses by default.', { maxLength: 45 }),
    protocol: choice('What is spoken there.', ['TCP', 'UDP'], 'TCP'),
  },
  { required: ['containerPort'] },
);

const mount = object(
  'What the container sees at a path.',
  {
    type: choice(
      'A volume of the engine, a folder of its machine, or memory.',
      ['Volume', 'Bind', 'Tmpfs'],
      'Volume',
    ),
    source: text('Name of the volume, or the folder on the machine.', { minLength: 1, maxLength: 4096 }),
    target: text('The path in the container.', { pattern: '^/', maxLength: 4096 }),
    readOnly: flag('Whether the container may only read it.'),
    sizeMb: count('Most that a Tmpfs holds, MB.', { minimum: 1 }),
  },
  { required: ['target'] },
);

const healthCheck = object(
  "Instead of the image's own; an empty command turns that off.",
  {
    command: words('What is run in the container; it is healthy when that ends with 0.'),
    interval: positiveDuration('How often.'),
    timeout: positiveDuration('How long it may take.'),
    startPeriod: duration('How long failures do not count after the start.'),
    retries: count('How many failures in a row make it unhealthy.', { minimum: 1, maximum: 1000 }),
  },
  { required: ['command'] },
);

const container = object(
  'What an instance is made from.',
  {
    image: text('The image; it must be on the engine, nothing is pulled.', {
      minLength: 1,
      maxLength: 1024,
      pattern: '^[^\\s-]\\S*$',
    }),
    command: words("Instead of the image's command."),
    entrypoint: words("Instead of the image's entrypoint."),
    env: texts('Variables with plain values.', 'Its value.'),
    user: text("Who it runs as, instead of the image's user.", { minLength: 1, maxLength: 256 }),
    workingDir: text("Instead of the image's working directory.", { pattern: '^/', maxLength: 4096 }),
    cpus: amount('Most cpus that an instance may use.', { minimum: 0.01 }),
    mem: amount('Most memory that an instance may use, MB.', { minimum: 6 }),
    pids: count('Most processes.', { minimum: 1 }),
    ports: list('Ports that are published.', port, { maxItems: 64, 'x-kubernetes-list-type': 'atomic' }),
    network: text("A network of the engine; its default one by default. `host` is the machine's own.", {
      minLength: 1,
      maxLength: 256,
    }),
    mounts: list('Volumes and folders.', mount, { maxItems: 64, 'x-kubernetes-list-type': 'atomic' }),
    readOnly: flag('Whether its file system is read-only.'),
    init: flag('Whether a small init is its first process.'),
    noNewPrivileges: flag('Whether its processes can gain no rights.'),
    privileged: flag('Whether it may do all that root of the machine may.'),
    capAdd: words('Capabilities beside the default ones.'),
    capDrop: words('Capabilities that it does not have.'),
    extraHosts: words('NAME:ADDRESS, names that it knows beside those of the network.'),
    stopSignal: text("How it is asked to end, instead of the image's signal.", {
      pattern: '^(SIG[A-Z0-9+-]+|[0-9]{1,2})$',
      maxLength: 32,
    }),
    stopGrace: duration('How long it may take to end before it is killed.', '10s'),
    healthCheck,
    labels: texts('Labels of your own.', 'Its value.'),
  },
  { required: ['image'] },
);

export const dockerSchema: JsonSchema = object(
  'Containers of one Docker engine, made from a definition, started and stopped by the operator.',
  {
    ...engineFields('The engine'),
    container,
    envFrom: envFromSchema,
  },
  { required: ['container'] },
);
