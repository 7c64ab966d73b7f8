// schedulers/marathon: one exchange with a login endpoint.

import axios from 'axios';
import { TransientError } from '../../../runtime/errors.ts';
import { explainNetworkFailure } from '../../../runtime/network/network-failure.ts';
import { agents } from '../http/agents.ts';

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
  const { httpAgent, httpsAgent } = agents(options.ca, {});
  return async (endpoint, body) => {
    try {
      const response = await axios.post<unknown>(endpoint, body, {
        headers: { 'User-Agent': 'microscaling' },
        responseType: 'text',
        transformResponse: [(data: unknown) => data],
        validateStatus: () => true,
        maxRedirects: 0,
        maxContentLength: MAX_LOGIN_BYTES,
        proxy: false,
        signal: AbortSignal.timeout(options.deadlineMs),
        httpAgent,
        httpsAgent,
      });
      const date = Date.parse(String(response.headers['date']));
      return {
        status: response.status,
        text: String(response.data ?? ''),
        ...(Number.isFinite(date) && { dateMs: date }),
      };
    } catch (error) {
      const code = axios.isAxiosError(error) ? (error.code ?? '') : '';
      const why =
        code === 'ERR_CANCELED' ? `no answer within ${options.deadlineMs} ms` : explainNetworkFailure(code);
      throw new TransientError(
        `logging in to ${new URL(endpoint).origin}: ${why ?? 'the connection failed'}`,
      );
    }
  };
}
