// schedulers/marathon: what Marathon answered, in words and as one of the three kinds of error.

import { TerminalError, TransientError } from '../../../runtime/errors.ts';
import { type ErrorBody, parseError } from '../schema.ts';
import type { HttpAnswer } from './transport.ts';

const LONGEST_DETAIL = 400;

/** The cause of an error that is about an answer: by its status, not by the words of the error. */
export class Answered extends Error {
  override readonly name = 'Answered';
  readonly status: number;

  constructor(status: number) {
    super(`answered ${status}`);
    this.status = status;
  }
}

/** Whether an error is about an answer to somebody whom Marathon takes for who it is, and lets do what it wants. */
export function isOfTheLetIn(error: unknown): boolean {
  if (!(error instanceof Error && error.cause instanceof Answered)) return false;
  const { status } = error.cause;
  return status !== 401 && status !== 403;
}

/** `marathon http://m1:8080 answered 503: …`; values in `secrets` are masked wherever Marathon repeats them. */
export function describeAnswer(answer: HttpAnswer, secrets: readonly string[] = []): string {
  const detail = mask(detailOf(answer), secrets);
  const shown = detail.length > LONGEST_DETAIL ? `${detail.slice(0, LONGEST_DETAIL)}…` : detail;
  return `marathon ${answer.origin} answered ${answer.status}${shown === '' ? '' : `: ${shown}`}`;
}

/** The error for an answer that no caller has a better use for. */
export function failureOf(doing: string, answer: HttpAnswer, secrets: readonly string[] = []): Error {
  const message = `${doing}: ${describeAnswer(answer, secrets)}`;
  const of = { cause: new Answered(answer.status) };
  switch (answer.status) {
    // Tokens expire and files rotate, so a refused credential is worth another try.
    case 401:
      return new TransientError(
        `${message}; check marathon.auth (it is sent only to the configured urls)`,
        of,
      );
    case 403:
      return new TerminalError(`${message}; the configured account may not do this`, of);
    case 404:
    case 405:
    case 406:
      return new TransientError(`${message}; is the url the base of a Marathon API?`, of);
    case 400:
    case 413:
    case 415:
    case 422:
      return new TerminalError(message, of);
    default:
      return new TransientError(message, of);
  }
}

/**
 * An answer that says all is well and is not Marathon's. Its text is not repeated: it may hold what was sent.
 *
 * @param lacks what is wrong with its JSON, if it is that
 */
export function strangeAnswer({ origin, status, text }: HttpAnswer, lacks: string): string {
  const answered = `marathon ${origin} answered ${status} with`;
  const ask = 'is the url the base of a Marathon API';
  if (tryJson(text) !== undefined) return `${answered} JSON that is not Marathon's (${lacks}); ${ask}?`;
  const seen = text.trim() === '' ? 'nothing' : /^\s*</.test(text) ? 'a web page' : 'a text';
  return `${answered} ${seen} instead of JSON; ${ask}, or is a login or a proxy in front of it?`;
}

export function errorBody(answer: HttpAnswer): ErrorBody | undefined {
  return parseError(tryJson(answer.text));
}

/** Undefined when `text` is not JSON. */
export function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function detailOf(answer: HttpAnswer): string {
  const body = errorBody(answer);
  if (body === undefined) return plainText(answer.text);
  const details = body.details.map((d) => (d.path === '' ? d.error : `${d.path} ${d.error}`));
  return [body.message, ...details].join('; ');
}

/** A proxy's HTML page as one line of text: its title where it has one. */
function plainText(text: string): string {
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(text)?.[1];
  return (title ?? text.slice(0, 10_000).replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ').trim();
}

function mask(text: string, secrets: readonly string[]): string {
  return secrets.filter((s) => s !== '').reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
}
