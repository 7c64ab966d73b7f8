// The example of each source's readme, led to a server of the test: so that a new source is covered by what it shows people.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { load } from 'js-yaml';
import type { MetricSpec } from '../../../src/api/policy.ts';
import { withSchemaDefaults } from '../../../src/api/schema/defaults.ts';
import { isObject } from '../../../src/api/schema/json-schema.ts';
import type { ValueResolver } from '../../../src/api/values.ts';
import { METRIC_SOURCES } from '../../../src/metric-sources/registry.ts';
import type { MetricSourceType } from '../../../src/metric-sources/source.ts';

const ROOM = resolve(import.meta.dirname, '../../../src/metric-sources');

/** Kinds that ask a server. */
export const ASKING: readonly MetricSourceType[] = METRIC_SOURCES.filter(({ type }) => type !== 'random');

/** What the address of the example tells, and that of a test does not. */
const NOT_IN_THE_ADDRESS: Readonly<Record<string, object>> = { sqs: { region: 'eu-west-1' } };

/** @param address `127.0.0.1:1234`, which takes the place of every host that the example names */
export function exampleOf({ type, folder, schema }: MetricSourceType, address: string): MetricSpec {
  const readme = readFileSync(`${ROOM}/${folder}/readme.md`, 'utf8');
  const yaml = /```yaml\n(metric:\n[\s\S]*?)```/.exec(readme)?.[1];
  const example: unknown = yaml === undefined ? undefined : load(ledTo(yaml, address));
  const metric = isObject(example) ? example['metric'] : undefined;
  const block = isObject(metric) ? metric[type] : undefined;
  if (!isObject(block)) throw new Error(`the readme of ${folder} has no example of ${type}`);
  const full = withSchemaDefaults(schema, { ...block, ...NOT_IN_THE_ADDRESS[type] });
  if (!isObject(full)) throw new Error(`the example of ${type} is no object`);
  return { [type]: full };
}

/** Addresses with a scheme, and bare `host:port`. Without TLS, so that the server of the test hears what is asked. */
function ledTo(yaml: string, address: string): string {
  return yaml
    .replaceAll('https://', 'http://')
    .replaceAll(/([a-z]+:\/\/)[\w.-]+(:\d+)?/g, `$1${address}`)
    .replaceAll(/(?<![\w/.-])[\w-]+(\.[\w-]+)+:\d+/g, address);
}

/** Whatever the examples refer to; the variables that a source reads by itself lead to the same server. */
export function exampleValues(address: string): ValueResolver {
  const known: Readonly<Record<string, string>> = {
    AZURE_STORAGE_QUEUE_NAME: 'orders',
    AZURE_STORAGE_ACCOUNT_NAME: 'account',
    AZURE_STORAGE_ACCOUNT_KEY: 'a2V5',
    SERVICE_BUS_CONNECTION: `Endpoint=sb://${address}/;SharedAccessKeyName=reader;SharedAccessKey=a2V5`,
    AZURE_STORAGE_QUEUE_ENDPOINT: `http://${address}/account`,
  };
  return {
    resolve: ({ fromEnv, fromFile }) =>
      known[fromEnv ?? ''] ?? (fromFile === undefined ? 's3cr3t' : CREDENTIALS),
  };
}

/** Of nobody: no server that they are given to knows them. */
const CREDENTIALS = `-----BEGIN NATS USER JWT-----
e30.e30.e30
------END NATS USER JWT------
-----BEGIN USER NKEY SEED-----
SUAGMJH5XLGZKQQWAWKRZJIGMOU4HPFUYLXJMXOO5NLFEO2OOQJ5LPRDPM
------END USER NKEY SEED------
`;
