// test: a real ElasticMQ, which keeps its queues in memory and speaks as SQS does, on a private port.

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { type Coordinate, jarsIn, jarsMissing } from './jars.ts';

const NAME = 'elasticmq-1.7.1';
const COORDINATES: readonly Coordinate[] = ['org.elasticmq:elasticmq-server_2.13:1.7.1'];

export const elasticMqMissing = (): boolean => jarsMissing(NAME, COORDINATES);

/** The caller ends it, with all that it starts: it leads a group of processes. */
export function startElasticMq(port: number, atMostS: number): ChildProcess {
  const settings = {
    'node-address.port': port,
    'node-address.host': '127.0.0.1',
    'rest-sqs.bind-hostname': '127.0.0.1',
    'rest-sqs.bind-port': port,
    'rest-stats.enabled': false,
    'aws.region': 'eu-west-1',
  };
  const java = ['-Xmx128m', '-XX:TieredStopAtLevel=1', '-cp', join(jarsIn(NAME), '*')];
  const given = Object.entries(settings).map(([name, value]) => `-D${name}=${value}`);
  const program = ['java', ...java, ...given, 'org.elasticmq.server.Main'];
  return spawn('timeout', ['-s', 'KILL', String(atMostS), ...program], { detached: true, stdio: 'ignore' });
}
