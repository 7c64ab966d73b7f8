// policy-sources/git: `URL[#branch[:path]]` taken apart. A URL that is refused is not repeated: it may hold a secret.

import { TerminalError } from '../../runtime/errors.ts';

export interface GitLocation {
  /** Without credentials, as it is shown to people. */
  readonly url: string;
  /** Origin that a token is sent to; undefined for anything but https and http. */
  readonly origin?: string;
  /** Branch or tag; absent: what the repository calls its head. */
  readonly branch?: string;
  /** Directory or file within the repository, without slashes around it; `''` is all of it. */
  readonly path: string;
}

const EXAMPLE = 'https://git.example/policies.git#main:policies';
const PROTOCOLS: ReadonlySet<string> = new Set(['https:', 'http:', 'ssh:', 'git:', 'file:']);

/** ssh's own short form, `git@host:group/policies.git`; a host never begins like an option. */
const SCP_LIKE = /^(?:[A-Za-z0-9_][\w.-]*@)?[A-Za-z0-9][\w.-]*:(?!:|\/\/)[^\s]+$/;

/** What `git check-ref-format` allows, less a few characters that only trouble comes from. */
const REF =
  /^(?![/.-])(?!.*(?:\.\.|\/\/|\/\.|\.lock(?:\/|$)|@\{))[^\s~^:?*[\]\\'"`$;|&<>()\p{Cc}]+(?<![/.])$/u;

/** @throws TerminalError that says what is wrong with it */
export function parseLocation(text: string): GitLocation {
  const hash = text.indexOf('#');
  const address = checkedUrl(hash < 0 ? text : text.slice(0, hash));
  const [branch = '', ...rest] = hash < 0 ? [] : text.slice(hash + 1).split(':');
  const path = rest.join(':').replace(/^\/+|\/+$/g, '');
  if (branch !== '' && !REF.test(branch)) throw wrong(`'${branch}' is not the name of a branch or tag`);
  if (/\p{Cc}/u.test(path) || path.split('/').some((part) => part === '..' || part === '.')) {
    throw wrong('the path after the branch is one within the repository, without . and ..');
  }
  return { ...address, ...(branch !== '' && { branch }), path };
}

function checkedUrl(text: string): Pick<GitLocation, 'url' | 'origin'> {
  if (text === '' || /[\s\p{Cc}]/u.test(text)) throw wrong('the URL is empty or has blanks in it');
  if (text.startsWith('/')) return { url: `file://${text}` };
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    if (SCP_LIKE.test(text)) return { url: text };
    throw wrong('it is neither a URL nor an absolute path');
  }
  const url = URL.parse(text);
  if (url === null || !PROTOCOLS.has(url.protocol)) {
    throw wrong(`it must begin with ${[...PROTOCOLS].map((protocol) => `${protocol}//`).join(', ')}`);
  }
  const http = url.protocol === 'https:' || url.protocol === 'http:';
  if (url.password !== '' || (http && url.username !== '')) {
    throw wrong(
      'the URL holds credentials: remove them, and give them by --git-token-file or --git-ssh-key-file',
    );
  }
  if (url.search !== '') throw wrong('the URL has a query');
  if (url.hostname.startsWith('-') || url.username.startsWith('-'))
    throw wrong('its host begins with a hyphen');
  return { url: text, ...(http && { origin: url.origin }) };
}

function wrong(why: string): TerminalError {
  return new TerminalError(`--git: ${why}; write it like ${EXAMPLE}`);
}
