import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SCHEDULERS } from '../../src/schedulers/registry.ts';

const room = join(import.meta.dirname, '../../src/schedulers');

/** What each readme has to explain. */
const FIELDS = {
  docker: [
    'host',
    'tls.ca',
    'tls.cert',
    'tls.key',
    'container.image',
    'container.healthCheck',
    'deadlineMs',
    'resyncMs',
  ],
  ecs: [
    'cluster',
    'service',
    'region',
    'endpoint',
    'auth.accessKeyId',
    'auth.secretAccessKey',
    'auth.sessionToken',
    'caFile',
  ],
  kubernetes: ['scaleTargetRef', 'namespace', 'cluster', 'kubeconfig', 'context'],
  marathon: [
    'urls',
    'auth.basic',
    'auth.token',
    'auth.dcosServiceAccount',
    'caFile',
    'deadlineMs',
    'resyncMs',
  ],
  memory: ['startMs', 'stopMs', 'slots'],
  swarm: ['service', 'host', 'tls.ca', 'tls.cert', 'tls.key', 'deadlineMs', 'resyncMs'],
} as const satisfies Record<keyof typeof SCHEDULERS, readonly string[]>;

describe('schedulers', () => {
  it('are registered in alphabetical order', () => {
    expect(Object.keys(SCHEDULERS)).toEqual(Object.keys(SCHEDULERS).toSorted());
  });

  it.each(Object.entries(FIELDS))('%s explains each of its parameters', (type, fields) => {
    const readme = join(room, type, 'readme.md');
    expect(existsSync(readme)).toBe(true);
    const text = readFileSync(readme, 'utf8');
    for (const field of fields) expect(text).toContain(`\`${field}\``);
  });
});
