// schedulers/marathon: credentials as a header, resolved at each use so that a rotated file is seen.

import type { MarathonAuth } from '../../../api/policy.ts';
import { plainValue, resolvePlain, type ValueResolver } from '../../../api/values.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import type { Authorization } from './authorization.ts';
import { DcosSession, type DcosSessionOptions } from './dcos-session.ts';

/**
 * A token is sent the way DC/OS wants it (`token=…`, docs/design/marathon.md#dcos); one that brings its scheme along
 * (`Bearer …`) is sent as it is.
 */
export function authorization(
  auth: MarathonAuth | undefined,
  values: ValueResolver,
  login: Omit<DcosSessionOptions, 'secret'>,
): Authorization {
  const { basic, token, dcosServiceAccount: account } = auth ?? {};
  if (basic !== undefined) {
    const username = plainValue(basic.username, basic.usernameFrom);
    if (username === undefined)
      throw new TerminalError('marathon.auth.basic has neither username nor usernameFrom');
    return plain(() => basicHeader(resolvePlain(username, values), values.resolve(basic.password)));
  }
  if (token !== undefined) return plain(() => tokenHeader(values.resolve(token).trim()));
  if (account !== undefined) {
    const secret = (): string => values.resolve(account.credentials);
    const session = new DcosSession({ ...login, secret });
    return {
      header: async (signal) => tokenHeader(await session.token(signal)),
      refused: (header) => session.drop(header.slice('token='.length)),
    };
  }
  return plain(() => undefined);
}

/** What is configured is all there is: asking again gives the same. */
function plain(header: () => string | undefined): Authorization {
  return { header: async () => header(), refused: () => false };
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
