// app: what in a running app's definition may be a secret. When in doubt, it is one.

import { isObject, type Json } from '../../../schedulers/marathon/schema.ts';

const SECRET_NAME =
  /KEY|SECRET|TOKEN|PASS|PWD|CREDENTIAL|CONNECTION|CONN_?STR|DSN|AUTH|PRIVATE|SIGNATURE|_SAS|SAS\b/i;

const SECRET_TEXTS: readonly RegExp[] = [
  // http://user:password@host
  /:\/\/[^/\s@]*:[^/\s@]+@/,
  /-----BEGIN/,
  // password=…, AccountKey=…, but not password=$VARIABLE
  /(?:key|signature|password|passwd|pwd|secret|token|credentials?|\bsig)["']?\s*[=:]\s*["']?[^\s"'$]/i,
  /--?(?:password|passwd|secret|token|api-?key)\s+["']?[^\s"'$-]/i,
  /\b(?:bearer|basic)\s+[A-Za-z0-9+/._=-]{8,}/i,
  /\b[0-9a-f]{32,}\b/i,
];

/** Long runs of all kinds of characters are seldom words. */
const RANDOM_RUN = /[A-Za-z0-9+_=-]{24,}/g;

export function isSecretVariable(name: string, value: string): boolean {
  return SECRET_NAME.test(name) || isSecretText(value);
}

function isSecretText(text: string): boolean {
  const shown = text.replace(/sha256:[0-9a-f]{64}/g, '');
  return (
    SECRET_TEXTS.some((pattern) => pattern.test(shown)) || (shown.match(RANDOM_RUN) ?? []).some(isRandom)
  );
}

function isRandom(run: string): boolean {
  return /[a-z]/.test(run) && /[A-Z]/.test(run) && /\d/.test(run);
}

/** The first field whose text may be a secret, as `container.docker.parameters`; list positions are left out. */
export function secretField(value: unknown, path: readonly string[] = []): string | undefined {
  if (typeof value === 'string') return isSecretText(value) ? path.join('.') : undefined;
  if (Array.isArray(value)) return first(value.map((item): [unknown, readonly string[]] => [item, path]));
  if (!isObject(value)) return undefined;
  const suspicious = parameterOf(value);
  if (suspicious !== undefined) return [...path, suspicious].join('.');
  return first(Object.entries(value).map(([key, child]) => [child, [...path, key]]));
}

function first(children: readonly [unknown, readonly string[]][]): string | undefined {
  for (const [child, path] of children) {
    const found = secretField(child, path);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `{ secret: NAME }` refers to one, and a docker parameter has a `key`. */
const REFERENCES: ReadonlySet<string> = new Set(['secret', 'key']);

/** A key that says what its text is, such as a label DB_PASSWORD. */
function parameterOf(value: Json): string | undefined {
  return Object.keys(value).find(
    (key) => SECRET_NAME.test(key) && typeof value[key] === 'string' && !REFERENCES.has(key),
  );
}
