// metric-sources: which queue, where, as whom. Resolved anew for every read, so that a rotated key is used at once.

import { isIP } from 'node:net';
import type { ValueSource } from '../../../api/policy.ts';
import {
  type PlainValue,
  plainValue,
  referenceName,
  resolvePlain,
  type ValueResolver,
} from '../../../api/values.ts';
import { messageOf, TerminalError } from '../../../runtime/errors.ts';
import type { ImpliedReference } from '../../source.ts';
import type { AzureStorageQueueMetric } from './config.ts';
import { type ConnectionParts, parseConnectionString } from './connection-string.ts';

export type QueueCredential =
  | { readonly kind: 'sharedKey'; readonly accountName: string; readonly accountKey: string }
  /** Without the leading question mark. */
  | { readonly kind: 'sas'; readonly token: string };

export interface QueueTarget {
  readonly queueName: string;
  /** Base URL of the account's queue service: no credentials, no trailing slash. */
  readonly endpoint: string;
  /** `host:port` for people. */
  readonly host: string;
  readonly credential: QueueCredential;
}

const DEFAULT_NAME = { fromEnv: 'AZURE_STORAGE_ACCOUNT_NAME' } satisfies ValueSource;
const DEFAULT_KEY = { fromEnv: 'AZURE_STORAGE_ACCOUNT_KEY' } satisfies ValueSource;
const DEFAULT_ENDPOINT: ValueSource = { fromEnv: 'AZURE_STORAGE_QUEUE_ENDPOINT' };

/** The variables that a block reads without naming them. */
export function defaultReferences(config: AzureStorageQueueMetric): readonly ImpliedReference[] {
  if (config.connectionString) return [];
  const hasName = plainValue(config.accountName, config.accountNameFrom) !== undefined;
  const hasCredential = config.sasToken !== undefined || config.accountKey !== undefined;
  return [
    ...(hasName ? [] : [{ field: 'accountName', variable: DEFAULT_NAME.fromEnv, use: 'plain' as const }]),
    ...(hasCredential
      ? []
      : [{ field: 'accountKey', variable: DEFAULT_KEY.fromEnv, use: 'secret' as const }]),
  ];
}

/** Naming rules: https://learn.microsoft.com/rest/api/storageservices/naming-queues-and-metadata */
const QUEUE_NAME = /^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/;
const ACCOUNT_NAME = /^[a-z0-9]{3,24}$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** @throws TerminalError naming the field at fault, never its value when that is secret */
export function resolveQueueTarget(config: AzureStorageQueueMetric, values: ValueResolver): QueueTarget {
  const parts = connection(config, values);
  const queueName = plainValue(config.queueName, config.queueNameFrom);
  if (queueName === undefined) throw wrong('queueName', 'is missing; give it, or queueNameFrom');
  return {
    queueName: checkedQueueName(textOf('queueName', queueName, values), queueName),
    ...checkedEndpoint(parts.endpoint),
    credential: credentialOf(parts),
  };
}

type Field = keyof AzureStorageQueueMetric;

function textOf(field: Field, plain: PlainValue, values: ValueResolver): string {
  return wanted('value' in plain ? field : `${field}From`, nameOf(plain), () => resolvePlain(plain, values));
}

function secretOf(field: Field, from: ValueSource, values: ValueResolver): string {
  return wanted(field, referenceName(from), () => values.resolve(from, 'secret'));
}

function wanted(field: string, name: string, resolve: () => string): string {
  try {
    const value = resolve().trim();
    if (value !== '') return value;
  } catch (error) {
    if (!(error instanceof TerminalError)) throw error;
    throw wrong(field, messageOf(error));
  }
  throw wrong(field, `${name} is empty; set it`);
}

function connection(config: AzureStorageQueueMetric, values: ValueResolver): ConnectionParts {
  if (config.connectionString)
    return parseConnectionString(secretOf('connectionString', config.connectionString, values));
  const given = plainValue(config.endpoint, config.endpointFrom);
  const endpoint =
    given === undefined ? optional(values, DEFAULT_ENDPOINT) : textOf('endpoint', given, values);
  const account = plainValue(config.accountName, config.accountNameFrom) ?? { from: DEFAULT_NAME };
  const name = (): string => textOf('accountName', account, values);
  if (config.sasToken) {
    return {
      endpoint: endpoint ?? defaultEndpoint(name(), account),
      sasToken: secretOf('sasToken', config.sasToken, values),
    };
  }
  const accountName = name();
  return {
    endpoint: endpoint ?? defaultEndpoint(accountName, account),
    accountName,
    accountKey: secretOf('accountKey', config.accountKey ?? DEFAULT_KEY, values),
  };
}

function optional(values: ValueResolver, from: ValueSource): string | undefined {
  try {
    return values.resolve(from, 'plain').trim() || undefined;
  } catch (error) {
    if (error instanceof TerminalError) return undefined;
    throw error;
  }
}

function defaultEndpoint(accountName: string, account: PlainValue): string {
  if (!ACCOUNT_NAME.test(accountName))
    throw wrong(
      'accountName',
      `${shown(accountName, account)} is not an account name: 3 to 24 lower-case letters and digits`,
    );
  return `https://${accountName}.queue.core.windows.net`;
}

export function isQueueName(text: string): boolean {
  return QUEUE_NAME.test(text);
}

function checkedQueueName(name: string, given: PlainValue): string {
  if (isQueueName(name)) return name;
  throw wrong(
    'queueName',
    `${shown(name, given)} is not a queue name: 3 to 63 lower-case letters, digits and single hyphens between them`,
  );
}

function checkedEndpoint(text: string): { endpoint: string; host: string } {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw wrong(
      'endpoint',
      'is not an http or https URL; write it like https://ACCOUNT.queue.core.windows.net',
    );
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw wrong(
      'endpoint',
      `${url.origin}/… carries more than a path; credentials belong into their own fields`,
    );
  const path = url.pathname.replace(/\/+$/, '');
  if (path === '' && !namesAccount(url))
    throw wrong('endpoint', `${url.origin} lacks the account; write it like http://127.0.0.1:10001/ACCOUNT`);
  return { endpoint: `${url.origin}${path}`, host: url.host };
}

/** Where the emulator listens, and on machines without a name that is theirs alone. */
const EMULATOR_PORT = '10001';

/** Whether the host may be the account's own: then the path need not say whose queues are meant. */
function namesAccount({ hostname, port }: URL): boolean {
  return port !== EMULATOR_PORT && isIP(hostname.replace(/^\[|\]$/g, '')) === 0 && hostname.includes('.');
}

function credentialOf(parts: ConnectionParts): QueueCredential {
  if (parts.sasToken !== undefined) {
    const token = parts.sasToken.replace(/^\?/, '');
    if (!/(^|&)sig=[^&]/.test(token)) throw wrong('sasToken', "has no 'sig='; copy the token whole");
    return { kind: 'sas', token };
  }
  const { accountName = '', accountKey = '' } = parts;
  if (accountKey === '' || !BASE64.test(accountKey))
    throw wrong('accountKey', "is not base64; copy the key whole from the storage account's 'Access keys'");
  return { kind: 'sharedKey', accountName, accountKey };
}

/** What a reference leads to may be anything that is allowed, also a secret in the wrong place: it is not repeated. */
function shown(value: string, given: PlainValue): string {
  return 'value' in given ? `'${value}'` : `the value of ${nameOf(given)}`;
}

function nameOf(given: PlainValue): string {
  return 'value' in given ? 'the value' : referenceName(given.from);
}

function wrong(field: string, sentence: string): TerminalError {
  return new TerminalError(`azureStorageQueue.${field}: ${sentence}`);
}
