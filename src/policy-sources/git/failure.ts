// policy-sources/git: what git complained about, in a sentence with what to do.

import { messageOf } from '../../runtime/errors.ts';
import { GitFailure } from './command.ts';

const MAX_LENGTH = 240;

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /could not read Username|Authentication failed|HTTP Basic: Access denied|returned error: 40[13]/i,
    'the repository wants other credentials: check --git-token-file',
  ],
  [/returned error: 30[1278]|unable to update url base/i, 'it has moved: name its new address in --git'],
  [
    /Host key verification failed|No .* host key is known/i,
    'its host key is not known: check --git-known-hosts-file',
  ],
  [/Permission denied \(|UNPROTECTED PRIVATE KEY|Load key/i, 'ssh was refused: check --git-ssh-key-file'],
  [/dubious ownership/i, 'the repository belongs to another user of this machine'],
  [
    /not found|does not appear to be a git repository|does not exist|returned error: 404|no such file/i,
    'there is no such repository, or it is not shown to us: check --git and its credentials',
  ],
  [/Could not resolve host|Name or service not known|Temporary failure in name/i, 'the host cannot be found'],
  [
    /Connection refused|Failed to connect|Connection timed out|No route to host/i,
    'the host cannot be reached',
  ],
  [/No space left on device/i, 'the disk is full'],
  [/certificate|SSL|TLS/i, 'its certificate is not trusted: name the right ones in GIT_SSL_CAINFO'],
];

/** A sentence for people from anything that was thrown while git ran. */
export function explainGitFailure(error: unknown): string {
  if (!(error instanceof GitFailure)) return messageOf(error);
  const said = complaint(error.stderr);
  const advice = ADVICE.find(([pattern]) => pattern.test(error.stderr))?.[1];
  if (advice === undefined) return said === '' ? error.message : `${error.message}: ${said}`;
  return said === '' ? advice : `${advice} (${said})`;
}

/** git's last word in one line, without what a hostile server may have slipped in. */
function complaint(stderr: string): string {
  const lines = stderr
    .split(/[\r\n]+/)
    // How long it took differs from one try to the next: the same trouble is told once.
    .map((line) => line.replace(/\p{Cc}|\p{Cf}| after \d+ ms/gu, '').trim())
    .filter((line) => line !== '' && !line.startsWith('hint:'));
  const fatal =
    lines.find((line) => /^(fatal|error|ssh|.*Permission denied)/i.test(line)) ?? lines.at(-1) ?? '';
  return fatal.replace(/^(fatal|error):\s*/i, '').slice(0, MAX_LENGTH);
}
