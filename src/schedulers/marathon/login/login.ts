// schedulers/marathon: one exchange with a login endpoint.

import { TransientError } from '../../../runtime/errors.ts';
import { explainNetworkFailure } from '../../../runtime/network/network-failure.ts';
import { agents } from '../http/agents.ts';
import { asFailure, ConnectionFailure, send, textOf } from '../http/request.ts';

/** What a login endpoint answered. */
export interface LoginAnswer {
  readonly status: number;
  readonly text: string;
  /** The other side's clock, ms since the epoch. */
  readonly dateMs?: number;
}

/** @throws TransientError when nothing came back */
export type PostLogin = (endpoint: string, body: unknown) => Promise<LoginAnswer>;

const MAX_LOGIN_BYTES = 1024 * 1024;

/** The proof of who we are goes to the login endpoint and nowhere else: a redirect is an answer like any other. */
export function loginPoster(options: {
  readonly deadlineMs: number;
  readonly ca: string | undefined;
}): PostLogin {
  const used = agents(options.ca, {});
  return async (endpoint, body) => {
    const deadline = AbortSignal.timeout(options.deadlineMs);
    try {
      const response = await send(new URL(endpoint), {
        method: 'POST',
        headers: {
          Accept: 'application/json',
          'User-Agent': 'microscaling',
          'Content-Type': 'application/json',
        },
        body: JSON.stringify(body),
        agents: used,
        signal: deadline,
      });
      const text = await textOf(response.body, MAX_LOGIN_BYTES);
      const date = Date.parse(String(response.headers['date']));
      return { status: response.status, text, ...(Number.isFinite(date) && { dateMs: date }) };
    } catch (error) {
      const failure = asFailure(error);
      const code = failure instanceof ConnectionFailure ? failure.code : '';
      const why = deadline.aborted
        ? `no answer within ${options.deadlineMs} ms`
        : explainNetworkFailure(code);
      throw new TransientError(
        `logging in to ${new URL(endpoint).origin}: ${why ?? 'the connection failed'}`,
      );
    }
  };
}
