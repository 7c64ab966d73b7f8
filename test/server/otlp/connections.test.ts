import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CollectorConnections } from '../../../src/server/otlp/connections.ts';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'otlp-'));
  file = join(dir, 'ca.pem');
  writeFileSync(file, 'a certificate');
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('connections to a collector', () => {
  it('trust the certificate that is named for their signal, else the one for all', () => {
    const own = join(dir, 'own.pem');
    writeFileSync(own, 'another');
    const env = { OTEL_EXPORTER_OTLP_CERTIFICATE: file, OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: own };
    const connections = new CollectorConnections();
    const caOf = (signal: 'METRICS' | 'TRACES') => {
      const agent = connections.agentFactory(signal, env)('https:');
      return agent instanceof HttpsAgent && String(agent.options.ca);
    };
    expect([caOf('METRICS'), caOf('TRACES')]).toEqual(['a certificate', 'another']);
    expect(connections.agentFactory('METRICS', env)('http:')).toBeInstanceOf(Agent);
  });

  it('say which variable names a file that is not there', () => {
    const env = { OTEL_EXPORTER_OTLP_CLIENT_KEY: join(dir, 'missing.pem') };
    expect(() => new CollectorConnections().agentFactory('METRICS', env)).toThrow(
      /^OTEL_EXPORTER_OTLP_CLIENT_KEY names .+missing\.pem, which cannot be read: ENOENT/,
    );
  });

  it('are not made any more once they are closed', () => {
    const connections = new CollectorConnections();
    const agents = ['http:', 'https:'].map(connections.agentFactory('METRICS', {}));
    connections.close();
    for (const agent of agents) expect(() => agent.createConnection({})).toThrow('the operator stops');
  });
});
