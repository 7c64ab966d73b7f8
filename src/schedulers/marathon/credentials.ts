// schedulers/marathon: credentials as a header, resolved at each use so that a rotated file is seen.

import type { MarathonAuth } from '../../api/policy.ts';
import type { ValueResolver } from '../../api/values.ts';
import { TerminalError } from '../../runtime/errors.ts';

/** The value of `Authorization`, or undefined when none is configured. Throws TerminalError when a reference cannot be had. */
export type Authorization = () => string | undefined;

/**
 * A token is sent the way DC/OS wants it (`token=…`, reference §14); one that brings its scheme along
 * (`Bearer …`) is sent as it is.
 */
export function authorization(auth: MarathonAuth | undefined, values: ValueResolver): Authorization {
  if (auth?.dcosServiceAccount !== undefined) {
    throw new TerminalError(
      'marathon.auth.dcosServiceAccount is not in effect yet: use marathon.auth.token with a token of that account',
    );
  }
  const { basic, token } = auth ?? {};
  if (basic !== undefined) {
    return () => basicHeader(values.resolve(basic.username, 'setting'), values.resolve(basic.password));
  }
  if (token !== undefined) return () => tokenHeader(values.resolve(token).trim());
  return () => undefined;
}

function basicHeader(username: string, password: string): string {
  if (username.includes(':')) {
    throw new TerminalError(
      'marathon.auth.basic.username holds a colon, which basic authentication cannot carry',
    );
  }
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}

function tokenHeader(token: string): string {
  // A header cannot hold control characters, and the value must not show up in Node's complaint about them.
  if (token === '' || /[^\x20-\x7e]/.test(token)) {
    throw new TerminalError('marathon.auth.token is empty or not one line of plain text');
  }
  return token.includes(' ') ? token : `token=${token}`;
}
