// cli: one object of a running operator by name; where there is none, what was probably meant.

import { closest } from '../../api/words/suggest.ts';
import { TerminalError } from '../../runtime/errors.ts';
import { pathOf, type Target } from './kinds.ts';
import { type OperatorClient, OperatorRefusal } from './operator-client.ts';
import type { ApiObject, ListObject } from './policy-object.ts';

/** More names than this help nobody. */
const MOST_NAMES = 10;

/** Undefined when there is no such object. */
export async function lookUp<T extends ApiObject>(
  client: OperatorClient,
  target: Required<Target>,
  signal: AbortSignal,
): Promise<T | undefined> {
  try {
    return (await client.get(pathOf(target), signal)) as T;
  } catch (error) {
    if (error instanceof OperatorRefusal && error.code === 404) {
      // A path that is not served at all is somebody else's 404.
      await client.get(pathOf({ kind: target.kind }), signal);
      return undefined;
    }
    throw error;
  }
}

/** @throws TerminalError that says which there are */
export async function find<T extends ApiObject>(
  client: OperatorClient,
  target: Required<Target>,
  signal: AbortSignal,
): Promise<T> {
  const found = await lookUp<T>(client, target, signal);
  if (found !== undefined) return found;
  throw await notFound(client, target, signal);
}

/** The files that the operator refused: it may stand in one of them. */
async function refusedFiles(
  client: OperatorClient,
  target: Required<Target>,
  signal: AbortSignal,
): Promise<string> {
  try {
    await client.get(pathOf(target), signal);
    return '';
  } catch (error) {
    if (!(error instanceof OperatorRefusal)) throw error;
    const files = error.causes.map(({ message }) => message).join('; ');
    return files === '' ? '' : `; files with problems: ${files}`;
  }
}

/** What to say where there is no such object. */
export async function notFound(
  client: OperatorClient,
  { kind, namespace, name }: Required<Target>,
  signal: AbortSignal,
): Promise<TerminalError> {
  const { items } = (await client.get(pathOf({ kind }), signal)) as ListObject<ApiObject>;
  const what = `there is no ${kind.kind} ${namespace}/${name} at ${client.base}`;
  const elsewhere = items.find((item) => item.metadata.name === name);
  if (elsewhere !== undefined)
    return new TerminalError(
      `${what}; there is one in namespace ${elsewhere.metadata.namespace}: add -n ${elsewhere.metadata.namespace}`,
    );
  const refused = await refusedFiles(client, { kind, namespace, name }, signal);
  const names = items.map(({ metadata }) =>
    metadata.namespace === namespace ? metadata.name : `${metadata.namespace}/${metadata.name}`,
  );
  const meant = closest(name, names);
  if (meant !== undefined) return new TerminalError(`${what}; did you mean ${meant}?${refused}`);
  const left = names.length - MOST_NAMES;
  const known = names.slice(0, MOST_NAMES).join(', ') + (left > 0 ? ` and ${left} more` : '');
  return new TerminalError(
    `${what}; ${names.length === 0 ? 'there are none' : `there are: ${known}`}${refused}`,
  );
}
