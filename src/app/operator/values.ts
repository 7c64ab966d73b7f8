// app: reads values by reference from the environment and from files, and names the secrets to the redactor.

import type { ValueSource } from '../../api/policy.ts';
import type { ValueResolver, ValueUse } from '../../api/values.ts';
import { messageOf, TerminalError, UnresolvedReference } from '../../runtime/errors.ts';
import type { Redactor } from '../../runtime/redact.ts';

/** A key of a Kubernetes Secret. */
export interface SecretRef {
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
}

export interface ValueResolverDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Returns the text of a file or throws. */
  readonly readFile: (path: string) => string;
  readonly redactor: Redactor;
  /** Whether the administrator's own policies take a plain value from this variable. */
  readonly isPlain?: (variable: string) => boolean;
  /** The value of a Secret in Kubernetes, or throws TerminalError; absent where no policies come from there. */
  readonly secret?: ((ref: SecretRef) => string) | undefined;
}

/**
 * Nothing is kept: a rotated secret is seen at its next use. Which references a policy may have is checked before it
 * runs (trust.ts); where their files may lead is up to `readFile`.
 */
export function createValueResolver(deps: ValueResolverDeps): ValueResolver {
  return {
    resolve(from, use = 'secret') {
      const value = readOrSay(from, deps);
      if (isSecret(from, use, deps)) deps.redactor.add(value);
      return value;
    },
  };
}

/** Whatever a Secret holds is one. */
function isSecret(
  { fromEnv, fromSecret }: ValueSource,
  use: ValueUse,
  { isPlain }: ValueResolverDeps,
): boolean {
  if (fromSecret !== undefined) return true;
  if (use !== 'environment') return use === 'secret';
  return fromEnv === undefined || isPlain?.(fromEnv) !== true;
}

function readOrSay(from: ValueSource, deps: ValueResolverDeps): string {
  try {
    return read(from, deps);
  } catch (error) {
    if (!(error instanceof TerminalError)) throw error;
    throw new UnresolvedReference(error.message, { cause: error });
  }
}

function read(from: ValueSource, deps: ValueResolverDeps): string {
  if (from.fromEnv !== undefined) return readEnv(from.fromEnv, deps);
  if (from.fromFile !== undefined) return readSecretFile(from.fromFile, deps);
  if (from.fromSecret !== undefined) {
    const { name, key, namespace } = from.fromSecret;
    // Only the source knows the namespace, and only the one that can read Secrets says it.
    if (namespace !== undefined && deps.secret !== undefined) return deps.secret({ namespace, name, key });
    throw new TerminalError(
      `secret ${name}, key ${key}: Kubernetes secrets are read only where policies come from Kubernetes; use fromEnv or fromFile`,
    );
  }
  throw new TerminalError('a value source names no source; give one of fromEnv, fromFile, fromSecret');
}

function readEnv(name: string, { env }: ValueResolverDeps): string {
  const value = env[name];
  if (value === undefined || value === '') {
    const what = value === undefined ? 'not set' : 'empty';
    throw new TerminalError(`environment variable ${name} is ${what}; set it where this process is started`);
  }
  return value;
}

function readSecretFile(path: string, { readFile }: ValueResolverDeps): string {
  let text: string;
  try {
    text = readFile(path);
  } catch (error) {
    throw new TerminalError(
      `file ${path} cannot be read (${messageOf(error)}); check that it exists and may be read by this process`,
      { cause: error },
    );
  }
  const value = text.replace(/(\r?\n)+$/, '');
  if (value === '') throw new TerminalError(`file ${path} is empty; put the value into it`);
  return value;
}
