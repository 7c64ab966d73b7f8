// policy-sources/git: the environment that git runs in. Nothing of the machine's or the user's configuration takes part:
// only what this source was given decides where it goes and with which credentials.

import { TerminalError } from '../../runtime/errors.ts';
import { isLoopback } from '../../runtime/network/loopback.ts';
import type { GitLocation } from './location.ts';

export interface GitAccess {
  /** Resolved at each use, so that a rotated one is seen: a token, or `USER:PASSWORD`. For https. */
  readonly token?: () => string;
  /** For ssh. */
  readonly sshKeyFile?: string;
  /** Default: ssh's own. */
  readonly knownHostsFile?: string;
}

/** How programs find each other, their certificates, the way out, and ssh's agent. */
const PASSED_ON = [
  'PATH',
  'TMPDIR',
  'SSH_AUTH_SOCK',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'GIT_SSL_CAINFO',
  'http_proxy',
  'https_proxy',
  'HTTPS_PROXY',
  'no_proxy',
  'NO_PROXY',
  'ALL_PROXY',
] as const;

/** Forges take any user name beside a token, as long as there is one. */
const TOKEN_USER = 'x-access-token';

/** Within this time a server that sends nothing counts as gone. */
const STALL_SECONDS = 30;

const CONFIG = {
  // The objects are kept for reading, never checked out; nothing here runs hooks, filters or submodules.
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'fetch.recurseSubmodules': 'false',
  'http.lowSpeedLimit': '1',
  'http.lowSpeedTime': String(STALL_SECONDS),
  // Former commits are cleared away by the fetch itself, and at once.
  'gc.autoDetach': 'false',
  'maintenance.autoDetach': 'false',
  'gc.auto': '256',
  'gc.autoPackLimit': '10',
  'gc.pruneExpire': 'now',
} as const;

/**
 * @param own this process's environment, of which little is passed on
 * @param directory the bare repository, which stands in for the home directory as well
 * @throws TerminalError when a token would travel in the clear or cannot be had
 */
export function gitEnvironment(
  { location, access }: { readonly location: GitLocation; readonly access: GitAccess },
  own: Readonly<Record<string, string | undefined>>,
  directory: string,
): Record<string, string> {
  const passedOn = PASSED_ON.flatMap((name) => (own[name] ? [[name, own[name]] as const] : []));
  return {
    ...Object.fromEntries(passedOn),
    LC_ALL: 'C',
    HOME: directory,
    GIT_DIR: directory,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: `${directory}/trusted`,
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS: '',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_ALLOW_PROTOCOL: 'https:http:ssh:git:file',
    GIT_SSH_COMMAND: sshCommand(access),
    ...configEntries({ ...CONFIG, ...tokenConfig(location, access) }),
  };
}

/** Settings that travel in the environment: arguments are in every list of processes. */
function configEntries(config: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(config);
  return {
    GIT_CONFIG_COUNT: String(entries.length),
    ...Object.fromEntries(
      entries.flatMap(([key, value], i) => [
        [`GIT_CONFIG_KEY_${i}`, key],
        [`GIT_CONFIG_VALUE_${i}`, value],
      ]),
    ),
  };
}

/** Sent to this origin only: a redirect is not followed, as git would repeat the header wherever it leads. */
function tokenConfig({ origin }: GitLocation, { token }: GitAccess): Readonly<Record<string, string>> {
  if (token === undefined || origin === undefined) return {};
  const { protocol, hostname } = new URL(origin);
  if (protocol === 'http:' && !isLoopback(hostname)) {
    throw new TerminalError(`the token is not sent to ${origin} in the clear: use https`);
  }
  return {
    [`http.${origin}/.extraHeader`]: `Authorization: Basic ${basicCredentials(token())}`,
    'http.followRedirects': 'false',
  };
}

function basicCredentials(token: string): string {
  const text = token.trim();
  if (text === '' || /[^\x20-\x7e]/.test(text)) {
    throw new TerminalError('the git token is empty or not one line of plain text');
  }
  return Buffer.from(text.includes(':') ? text : `${TOKEN_USER}:${text}`, 'utf8').toString('base64');
}

/** Host keys are known beforehand or the connection is refused: nobody is there to be asked. */
function sshCommand({ sshKeyFile, knownHostsFile }: GitAccess): string {
  const options = [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    'ForwardAgent=no',
    'ClearAllForwardings=yes',
    'PermitLocalCommand=no',
    'ConnectTimeout=15',
    'ServerAliveInterval=15',
    ...(sshKeyFile === undefined ? [] : ['IdentitiesOnly=yes']),
    ...(knownHostsFile === undefined ? [] : [`UserKnownHostsFile="${plainPath(knownHostsFile)}"`]),
  ];
  const key = sshKeyFile === undefined ? [] : ['-i', plainPath(sshKeyFile)];
  const words = ['ssh', '-F', 'none', ...options.flatMap((option) => ['-o', option]), ...key];
  return words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
}

function plainPath(path: string): string {
  // ssh itself reads quotes and % in the names of its files.
  if (/["%\p{Cc}]/u.test(path))
    throw new TerminalError(`ssh cannot use a file of this name: ${JSON.stringify(path)}`);
  return path;
}
