// metric-sources: which account an untrusted policy would read, and with whose credentials (docs/design/resource.md#trust).

import { isObject, type JsonObject } from '../../../api/schema/json-schema.ts';
import { sourceOf } from '../../../api/schema/shapes.ts';
import {
  checkVariable,
  mayReadVariable,
  originOf,
  refused,
  type TrustRules,
} from '../../../api/trust/rules.ts';
import { error, type Finding } from '../../../api/validation/finding.ts';
import { below, showPath } from '../../../api/validation/pointer.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import { parseConnectionString } from './connection-string.ts';

const NAME = 'AZURE_STORAGE_ACCOUNT_NAME';
const KEY = 'AZURE_STORAGE_ACCOUNT_KEY';
const ENDPOINT = 'AZURE_STORAGE_QUEUE_ENDPOINT';
const ACCOUNT_NAME = /^[a-z0-9]{3,24}$/;

/**
 * | names                                | needs                                                         |
 * | ------------------------------------ | ------------------------------------------------------------- |
 * | nothing                              | the operator's variable for the key to be allowed             |
 * | another account or another endpoint  | its origin allowed, and a key or SAS that is not the operator's |
 * | a connection string                  | its origin allowed, as far as it can be seen                  |
 */
export function checkAzureQueue(block: JsonObject, pointer: string, rules: TrustRules): readonly Finding[] {
  return [
    ...checkDefaultKey(block, pointer, rules),
    ...checkPlainValues(block, pointer),
    ...(Object.hasOwn(block, 'connectionString')
      ? checkConnectionString(block['connectionString'], below(pointer, 'connectionString'), rules)
      : checkPlace(block, pointer, rules)),
  ];
}

/** Read because the block names no credential. The account's name is the operator's own place, and no secret. */
function checkDefaultKey(block: JsonObject, pointer: string, rules: TrustRules): readonly Finding[] {
  const given = ['connectionString', 'accountKey', 'sasToken'].some((field) => Object.hasOwn(block, field));
  return given ? [] : checkVariable(KEY, 'secret', { pointer, rules });
}

function has(block: JsonObject, field: PlainField): boolean {
  return Object.hasOwn(block, field) || Object.hasOwn(block, sourceOf(field));
}

function hasEndpoint(block: JsonObject, { own }: TrustRules): boolean {
  return has(block, 'endpoint') || own.variable(ENDPOINT) !== undefined;
}

/** They are shown to people: in logs, on the page. */
function checkPlainValues(block: JsonObject, pointer: string): readonly Finding[] {
  return (['queueNameFrom', 'accountNameFrom', 'endpointFrom'] as const).flatMap((field) => {
    const place = below(pointer, field);
    if (referenceOf(block[field]) !== KEY) return [];
    return [error(place, `${showPath(place)}: ${KEY} holds a secret, and this field is shown`)];
  });
}

function checkPlace(block: JsonObject, pointer: string, rules: TrustRules): readonly Finding[] {
  // Then it is refused already.
  if (isRefused(block['endpointFrom'], rules) || isRefused(block['accountNameFrom'], rules)) return [];
  const { own } = rules;
  const ownAccount = own.variable(NAME);
  const account = has(block, 'accountName') ? plainOf(block, 'accountName', rules) : ownAccount;
  const endpoint = has(block, 'endpoint') ? plainOf(block, 'endpoint', rules) : own.variable(ENDPOINT);
  const origin = originAt(endpoint, account, hasEndpoint(block, rules));
  const field = below(pointer, fieldOf(block));
  if (origin === undefined) {
    // Its own settings may be missing; that is said where they are used.
    if (!has(block, 'endpoint') && !has(block, 'accountName')) return [];
    const sentence =
      'must be given by value, or by a variable that is set, so that the operator can check where it leads';
    return [error(field, `${showPath(field)} ${sentence}`)];
  }
  const ownOrigin = originAt(own.variable(ENDPOINT), ownAccount, own.variable(ENDPOINT) !== undefined);
  const elsewhere = origin !== ownOrigin;
  return [
    ...(elsewhere ? checkOrigin(origin, field, rules) : []),
    ...(elsewhere || account !== ownAccount ? checkCredential(block, pointer) : []),
  ];
}

function originAt(
  endpoint: string | undefined,
  account: string | undefined,
  named: boolean,
): string | undefined {
  if (named) return endpoint === undefined ? undefined : originOf(endpoint);
  if (account === undefined || !ACCOUNT_NAME.test(account)) return undefined;
  return originOf(`https://${account}.queue.core.windows.net`);
}

/** Credentials belong to the place that they were configured for. */
function checkCredential(block: JsonObject, pointer: string): readonly Finding[] {
  const { accountKey, sasToken } = block;
  if (sasToken !== undefined || (accountKey !== undefined && referenceOf(accountKey) !== KEY)) return [];
  const place = accountKey === undefined ? pointer : below(pointer, 'accountKey');
  const message = `${showPath(place)}: the operator's own ${KEY} belongs to its own account: give this one its own accountKey or sasToken`;
  return [error(place, message)];
}

function checkConnectionString(source: unknown, pointer: string, rules: TrustRules): readonly Finding[] {
  const { fromEnv, fromSecret } = isObject(source) ? source : {};
  if (fromSecret !== undefined) {
    const message = `${showPath(pointer)}: a connection string from a Secret hides where it leads: give endpoint (or accountName) and accountKey instead`;
    return [error(pointer, message)];
  }
  const text = typeof fromEnv === 'string' ? allowedVariable(fromEnv, 'secret', rules) : undefined;
  const endpoint = text === undefined ? undefined : endpointIn(text);
  const origin = endpoint === undefined ? undefined : originOf(endpoint);
  if (origin === undefined) return [];
  const { own } = rules;
  const ownOrigin = originAt(
    own.variable(ENDPOINT),
    own.variable(NAME),
    own.variable(ENDPOINT) !== undefined,
  );
  return origin === ownOrigin ? [] : checkOrigin(origin, pointer, rules);
}

/** Undefined for one that cannot be used; its user reports why. */
function endpointIn(connectionString: string): string | undefined {
  try {
    return parseConnectionString(connectionString).endpoint;
  } catch (thrown) {
    if (thrown instanceof TerminalError) return undefined;
    throw thrown;
  }
}

function checkOrigin(origin: string, pointer: string, { endpoints }: TrustRules): readonly Finding[] {
  if (endpoints.includes(origin)) return [];
  return [refused(pointer, `may not name the queue endpoint ${origin}`, `--allow-endpoint '${origin}'`)];
}

type PlainField = 'accountName' | 'endpoint';

/** What a plain field says, as far as that is known before it is used. */
function plainOf(block: JsonObject, field: PlainField, rules: TrustRules): string | undefined {
  const value = block[field];
  if (typeof value === 'string') return value.trim();
  const name = referenceOf(block[sourceOf(field)]);
  return typeof name === 'string' ? allowedVariable(name, 'plain', rules) : undefined;
}

/** The field that says where the block leads. */
function fieldOf(block: JsonObject): string {
  const field = has(block, 'endpoint') ? 'endpoint' : 'accountName';
  return Object.hasOwn(block, sourceOf(field)) ? sourceOf(field) : field;
}

/** A finding must not reveal anything about a variable that may not be read. */
function allowedVariable(name: string, use: 'plain' | 'secret', rules: TrustRules): string | undefined {
  return mayReadVariable(name, use, rules) ? rules.own.variable(name) : undefined;
}

function isRefused(source: unknown, rules: TrustRules): boolean {
  const { fromEnv, fromFile } = isObject(source) ? source : {};
  if (fromFile !== undefined) return true;
  return typeof fromEnv === 'string' && !mayReadVariable(fromEnv, 'plain', rules);
}

function referenceOf(source: unknown): unknown {
  return isObject(source) ? source['fromEnv'] : undefined;
}
