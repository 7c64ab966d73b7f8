// schedulers: why an engine gave no answer, in words that say what to do; and its own words where it gave one.

import { TransientError } from '../../runtime/errors.ts';
import { explainNetworkFailure } from '../../runtime/network/network-failure.ts';
import type { EngineAddress } from './address.ts';

/** The engine answered that it does not do it. */
export class EngineRefusal extends Error {
  override readonly name = 'EngineRefusal';
  readonly status: number;
  /** What the engine said. */
  readonly words: string;

  constructor(doing: string, status: number, words: string) {
    super(`${doing}: the engine answered ${status}: ${words}`);
    this.status = status;
    this.words = words;
  }
}

const MOST_WORDS = 500;

/** The `message` of an answer, in one line. */
export function engineWords(text: string): string {
  const words = messageIn(text) ?? text;
  const line = words.replace(/\s+/g, ' ').trim();
  if (line === '') return 'nothing more';
  return line.length > MOST_WORDS ? `${line.slice(0, MOST_WORDS)}…` : line;
}

function messageIn(text: string): string | undefined {
  try {
    const body: unknown = JSON.parse(text);
    const message = typeof body === 'object' && body !== null && 'message' in body ? body.message : undefined;
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}

/** Where it was to be, and the block that says so. */
export interface EnginePlace {
  readonly block: string;
  readonly address: EngineAddress;
}

/** Undefined when it is not about the connection. */
export function connectionFailure(
  error: unknown,
  doing: string,
  place: EnginePlace,
): TransientError | undefined {
  const { address } = place;
  const code = codeOf(error);
  const why = code === undefined ? undefined : (wordsFor(code, place) ?? explainNetworkFailure(code));
  const other = why ?? undiciWords(error, place);
  return other === undefined ? undefined : new TransientError(`${doing} at ${address.text}: ${other}`);
}

function wordsFor(code: string, { block, address }: EnginePlace): string | undefined {
  if (address.kind === 'tcp') {
    // The engine's own answer to a client without a certificate that it knows.
    if (code.startsWith('ERR_SSL_'))
      return `the two sides do not agree on TLS; give ${block}.tls with ca, cert and key that the engine knows`;
    return code === 'ECONNRESET' || code === 'EPIPE' ? closed({ block, address }) : undefined;
  }
  const { socketPath } = address;
  switch (code) {
    case 'ENOENT':
      return `there is no socket ${socketPath}; start the engine (systemctl start docker), or name its socket in ${block}.host`;
    case 'EACCES':
    case 'EPERM':
      return `this process may not open ${socketPath}; run it as a member of the socket's group (usually docker; in a container --group-add), which is as good as root on that machine`;
    case 'ECONNREFUSED':
      return `nobody listens at ${socketPath}; start the engine (systemctl start docker)`;
    default:
      return undefined;
  }
}

/** The refusal of a certificate may be lost with the connection on which it comes. */
function closed({ block, address }: EnginePlace): string {
  const words = 'the connection was closed before the answer was complete';
  const isSecure = address.kind === 'tcp' && address.secure;
  return isSecure ? `${words}; does the engine know the certificate in ${block}.tls?` : words;
}

/** The first code along the causes. */
function codeOf(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if (at instanceof AggregateError) {
      const inner = at.errors.map(codeOf).find((code) => code !== undefined);
      if (inner !== undefined) return inner;
    }
    if ('code' in at && typeof at.code === 'string' && !at.code.startsWith('UND_ERR_')) return at.code;
  }
  return undefined;
}

function undiciWords(error: unknown, place: EnginePlace): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return 'no answer from the host; check the network and firewalls';
  if (code === 'UND_ERR_SOCKET') return closed(place);
  const unparsed = error instanceof Error && error.name === 'HTTPParserError';
  return unparsed || code.startsWith('HPE_') || code.startsWith('UND_ERR_')
    ? 'the answer is not HTTP; is an engine there, and does it want TLS?'
    : undefined;
}
