// runtime/kubernetes: what an API server's refusals and silence mean, in words that say what to do.

import { messageOf, TransientError } from '../errors.ts';
import { explainNetworkFailure } from '../network/network-failure.ts';
import { type ResourcePath, type Verb, wordsOf } from './resource-path.ts';

/** Always worth trying again: the cluster is changed by others, its answer with it. */
export class KubeFailure extends TransientError {
  /** HTTP status; absent when nothing came back. */
  readonly status: number | undefined;

  constructor(
    message: string,
    status?: number,
    options?: ErrorOptions & { readonly retryAfterMs?: number | undefined },
  ) {
    super(message, options);
    this.status = status;
  }
}

export function isStatus(error: unknown, status: number): boolean {
  return error instanceof KubeFailure && error.status === status;
}

/**
 * A server that has just learned of a kind, or was just started, and answers 429 until it has read what there is
 * ("storage is (re)initializing"): nothing is wrong, it is only early.
 */
export function isInitializing(error: unknown): boolean {
  return isStatus(error, 429) && messageOf(error).includes('storage is (re)initializing');
}

export interface Asked {
  readonly verb: Verb;
  readonly path: ResourcePath;
  /** Base URL. */
  readonly server: string;
}

/** Of the kinds that this project brings. */
const OWN_GROUP = 'microscaling.io';

/** From a `Status` object, as text or parsed. */
export function refusal(status: number, body: unknown, asked: Asked, retryAfterMs?: number): KubeFailure {
  const said = saidBy(body) ?? `status ${status}`;
  return new KubeFailure(sentence(status, said, asked), status, { retryAfterMs });
}

function sentence(status: number, said: string, asked: Asked): string {
  const { verb, path } = asked;
  const what = wordsOf(path);
  switch (status) {
    case 401:
      return `${asked.server} does not accept our credentials (401: ${said}); check the kubeconfig or the service account's token`;
    case 403:
      return `may not ${verb} ${what}: ${said.replace(/^.* is forbidden: /, '')}; grant it as the roles in deploy/kubernetes do`;
    case 429:
      return `${asked.server} has too much to do to ${verb} ${what} (429: ${said})`;
    case 404:
      return path.name === undefined
        ? `${asked.server} does not know ${path.resource}.${path.group || 'core'}${adviceFor(path)}`
        : `${what} is not there (any more)`;
    default:
      return `cannot ${verb} ${what}: ${said}`;
  }
}

function adviceFor({ group }: ResourcePath): string {
  return group === OWN_GROUP ? ': install the CRDs with kubectl apply -f crds/' : '';
}

/** Nothing came back. */
export function noAnswer(error: unknown, { verb, path, server }: Asked): KubeFailure {
  const why = explainNetworkFailure(codeOf(error)) ?? deepest(error);
  return new KubeFailure(`${server} cannot be reached to ${verb} ${path.resource}: ${why}`, undefined, {
    cause: error,
  });
}

function saidBy(body: unknown): string | undefined {
  const value = typeof body === 'string' ? parsed(body) : body;
  const { message } = (typeof value === 'object' && value !== null ? value : {}) as { message?: unknown };
  return typeof message === 'string' && message !== '' ? message.slice(0, 500) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** fetch hides the system's error in `cause`. */
function causes(error: unknown): readonly unknown[] {
  const found: unknown[] = [];
  for (let at: unknown = error; at !== undefined && found.length < 5; ) {
    found.push(at);
    at = at instanceof Error ? at.cause : undefined;
  }
  return found;
}

function codeOf(error: unknown): string | undefined {
  const codes = causes(error).map((each) => (each as { code?: unknown } | null)?.code);
  return codes.find(
    (code): code is string => typeof code === 'string' && explainNetworkFailure(code) !== undefined,
  );
}

function deepest(error: unknown): string {
  return messageOf(causes(error).at(-1));
}
