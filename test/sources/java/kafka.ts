// test: a real Kafka of one broker on private ports and in a private folder: open, with passwords, with TLS.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Killable, killable, listens } from '../../support/programs/killable.ts';
import { selfSigned } from '../../support/programs/tls/certificate.ts';
import { freePort } from '../../support/suite/free-port.ts';
import { type Coordinate, jarsIn, jarsMissing } from './jars.ts';

const NAME = 'kafka-4.1.0';
const COORDINATES: readonly Coordinate[] = [
  'org.apache.kafka:kafka_2.13:4.1.0',
  'org.slf4j:slf4j-nop:1.7.36',
];
const JAVA = ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-cp', join(jarsIn(NAME), '*')];

export const kafkaMissing = (): boolean => jarsMissing(NAME, COORDINATES);

export interface Kafka extends Killable {
  readonly open: number;
  /** For user `reader` with password `s3cr3t`, by PLAIN and SCRAM-SHA-256. */
  readonly withPassword: number;
  readonly withTls: number;
  readonly caFile: string;
  /** Where it keeps what it keeps. */
  readonly dir: string;
  /** Stops it and removes what it kept. */
  remove(): Promise<void>;
}

export async function startKafka(): Promise<Kafka> {
  const dir = mkdtempSync(join(tmpdir(), 'kafka-'));
  const ports = [await freePort(), await freePort(), await freePort(), await freePort()] as const;
  const [open, withPassword, withTls] = ports;
  const { certFile, keyFile } = selfSigned(dir);
  writeFileSync(join(dir, 'server.pem'), `${readFileSync(keyFile)}${readFileSync(certFile)}`);
  const file = join(dir, 'server.properties');
  writeFileSync(file, settingsOf(dir, ports));
  const scram = ['--add-scram', 'SCRAM-SHA-256=[name=reader,password=s3cr3t]'];
  const format = ['kafka.tools.StorageTool', 'format', '-t', '4L6g3nShT-eMCtK--X86sw', '-c', file, ...scram];
  execFileSync('java', [...JAVA, ...format], { stdio: 'pipe' });

  const server = killable({
    name: 'Kafka',
    command: ['java', ...JAVA, 'kafka.Kafka', file],
    isReady: async () => (await listens(open)) && (await listens(withPassword)) && (await listens(withTls)),
    withinMs: 90_000,
  });
  await server.start();
  return {
    ...server,
    open,
    withPassword,
    withTls,
    caFile: certFile,
    dir,
    remove: async () => {
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function settingsOf(dir: string, ports: readonly [number, number, number, number]): string {
  const names = ['OPEN', 'PASSWORD', 'TLS', 'CONTROLLER'] as const;
  const listeners = names.map((name, i) => `${name}://127.0.0.1:${ports[i]}`);
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${ports[3]}`,
    listeners: listeners.join(','),
    'advertised.listeners': listeners.slice(0, 3).join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'OPEN',
    'listener.security.protocol.map': 'OPEN:PLAINTEXT,PASSWORD:SASL_PLAINTEXT,TLS:SSL,CONTROLLER:PLAINTEXT',
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256',
    'listener.name.password.plain.sasl.jaas.config':
      'org.apache.kafka.common.security.plain.PlainLoginModule required user_reader="s3cr3t";',
    'listener.name.password.scram-sha-256.sasl.jaas.config':
      'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': join(dir, 'server.pem'),
    'log.dirs': join(dir, 'data'),
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
    // Asking for a topic must not make it.
    'auto.create.topics.enable': true,
  })
    .map(([key, value]) => `${key}=${value}`)
    .join('\n');
}
