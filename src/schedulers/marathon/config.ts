// schedulers/marathon: what the adapter is configured with, checked once.

import type { MarathonAuth } from '../../api/policy.ts';
import type { ValueResolver } from '../../api/values.ts';
import type { Clock } from '../../runtime/clock.ts';
import { TerminalError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import type { SchedulerCall } from '../scheduler.ts';

export interface MarathonConfig {
  /** Base URLs of one Marathon, path prefixes kept; tried in order when one does not answer. */
  readonly urls: readonly string[];
  readonly auth?: MarathonAuth;
  /** Certificates to trust instead of the system's, PEM; read once. */
  readonly caFile?: string;
  /** Base URL of a Mesos master, for budgets by cluster; default: where Marathon says its master is. */
  readonly mesosUrl?: string;
  /** How long one call to one URL may take. */
  readonly deadlineMs: number;
  /** After so long a Marathon that was asked and does not answer is said to be silent; default: 3 s. */
  readonly lateMs?: number;
  /** How old a reading may grow while the event stream is live and nothing moves. */
  readonly resyncMs: number;
}

export interface MarathonDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly values: ValueResolver;
  /** Called after every exchange; must not throw. */
  readonly onCall?: (call: SchedulerCall) => void;
}

/**
 * The base URLs without trailing slash or repetition.
 *
 * @throws TerminalError for one that cannot be used; a password in it is not repeated
 */
export function baseUrls(config: MarathonConfig): readonly string[] {
  if (config.urls.length === 0) {
    throw new TerminalError('no Marathon is named: give --marathon URL, MSS_MARATHON_API or marathon.urls');
  }
  return [...new Set(config.urls.map((url) => checked(url, 'marathon')))];
}

/** @throws TerminalError for one that cannot be used */
export function mesosBaseUrl({ mesosUrl }: MarathonConfig): string | undefined {
  return mesosUrl === undefined ? undefined : checked(mesosUrl, 'mesos');
}

function checked(text: string, whose: 'marathon' | 'mesos'): string {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new TerminalError(
      `${whose} url '${withoutUserInfo(text)}' is not an http:// or https:// address, such as http://m1:8080`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new TerminalError(
      `${whose} url for ${url.host} carries a user name or password; use marathon.auth.basic, which refers to them`,
    );
  }
  if (url.search !== '' || url.hash !== '') {
    throw new TerminalError(`${whose} url for ${url.host} has a query or fragment; a base URL has neither`);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function withoutUserInfo(text: string): string {
  return text.slice(text.lastIndexOf('@') + 1);
}
