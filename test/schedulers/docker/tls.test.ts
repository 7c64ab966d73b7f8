// An engine behind a port that knows its clients by certificates, named as a policy names it.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { createDockerScheduler } from '../../../src/schedulers/docker/index.ts';
import type { EngineTlsConfig } from '../../../src/schedulers/docker-engine/spec.ts';
import type { Scheduler } from '../../../src/schedulers/scheduler.ts';
import { type Certificate, selfSigned } from '../../support/programs/tls/certificate.ts';
import { freePort } from '../../support/suite/free-port.ts';
import { until } from '../../support/until.ts';
import { fakeValues } from '../../support/values.ts';
import { dockerMissing, startEngine, type TestEngine } from '../docker-engine/real-engine.ts';
import { APP, never, SLEEPER } from './setup.ts';

const REFERENCES: EngineTlsConfig = {
  ca: { fromEnv: 'CA' },
  cert: { fromEnv: 'CERT' },
  key: { fromEnv: 'KEY' },
};

describe.skipIf(dockerMissing())('an engine with --tlsverify', () => {
  let dir: string;
  let engine: TestEngine;
  let host: string;
  let ours: Certificate;
  let stranger: Certificate;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'microscaling-tls-'));
    ours = selfSigned(dir);
    stranger = selfSigned(dir, '127.0.0.2');
    const port = await freePort();
    host = `tcp://127.0.0.1:${port}`;
    const { certFile, keyFile } = ours;
    const tls = ['--tlsverify', '--tlscacert', certFile, '--tlscert', certFile, '--tlskey', keyFile];
    engine = await startEngine({ flags: ['--host', host, ...tls] });
  });
  afterAll(async () => {
    await engine.remove();
    rmSync(dir, { recursive: true, force: true });
  });

  function schedulerWith(
    { ca, cert }: { readonly ca: Certificate; readonly cert: Certificate },
    tls: EngineTlsConfig = REFERENCES,
  ): Scheduler {
    const text = (path: string): string => readFileSync(path, 'utf8');
    const values = fakeValues({
      CA: text(ca.certFile),
      CERT: text(cert.certFile),
      KEY: text(cert.keyFile),
    });
    const scheduler = createDockerScheduler(
      { host, tls, deadlineMs: 60_000, resyncMs: 60_000 },
      { clock: systemClock, log: silentLogger, values },
    );
    onTestFinished(() => scheduler.close());
    return scheduler;
  }

  it('is used with the authority, certificate and key that are referred to', async () => {
    const scheduler = schedulerWith({ ca: ours, cert: ours });
    onTestFinished(() => engine.removeContainers());
    const made = { definition: SLEEPER, envFrom: [], owner: 'default/shop', reason: 'test' };
    await scheduler.apply({ kind: 'create', app: APP, instances: 1, ...made }, never);
    await until('it to run', async () => {
      const { apps } = await scheduler.observe([APP], never);
      return apps.get(APP)?.running === 1;
    });
    await scheduler.apply({ kind: 'delete', app: APP, reason: 'test' }, never);
    await until('it to be gone', async () => (await scheduler.observe([APP], never)).apps.size === 0);
  });

  it.each([
    ['does not serve a stranger', () => schedulerWith({ ca: ours, cert: stranger })],
    [
      'does not serve whoever shows no certificate',
      () => schedulerWith({ ca: ours, cert: ours }, { ca: { fromEnv: 'CA' } }),
    ],
    [
      'is not trusted when another authority vouches for it',
      () => schedulerWith({ ca: stranger, cert: ours }),
    ],
  ])('%s, which is said without any of the key', async (_, open) => {
    const said = await open()
      .observe([APP], never)
      .then(
        () => 'it answered',
        (error: Error) => error.message,
      );
    expect(said).toMatch(/certificate|docker\.tls/);
    expect(said).toContain(host);
    expect(said).not.toMatch(/BEGIN|PRIVATE/);
  });
});
