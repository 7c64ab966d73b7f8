// schedulers/marathon: a DC/OS login: the token in use, renewed before it ends, by one login at a time.

import { abortable } from '../../../runtime/abort/abortable.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { TransientError } from '../../../runtime/errors.ts';
import { tryJson } from '../http/failure.ts';
import { isObject } from '../schema.ts';
import type { LoginAnswer, PostLogin } from './login.ts';
import { expiryOf, parseServiceAccount, proofOf, type ServiceAccount } from './service-account.ts';

export interface DcosSessionOptions {
  readonly clock: Clock;
  /** For accounts that name no endpoint. */
  readonly origin: string;
  readonly post: PostLogin;
  /** The secret's JSON, as it is now. */
  readonly secret: () => string;
}

interface Token {
  readonly value: string;
  readonly renewAtMs: number;
}

const LOGIN_PATH = '/acs/api/v1/auth/login';
/** A token is renewed when this much of its life is over. */
const RENEW_AFTER = 0.9;
/** However short-lived a token is, it is not renewed more often than this. */
const LEAST_LIFE_MS = 10_000;
/** A refused login is not repeated sooner: accounts are locked for less. */
const AGAIN_MS = 5_000;
/** From here on our clock, not the key, may be why a proof is refused. */
const SKEW_MS = 60_000;

export class DcosSession {
  readonly #options: DcosSessionOptions;
  #token: Token | undefined;
  #login: Promise<string> | undefined;
  #failed: { readonly untilMs: number; readonly error: unknown } | undefined;

  constructor(options: DcosSessionOptions) {
    this.#options = options;
  }

  /** @throws TransientError when the login fails, TerminalError when the secret cannot be used */
  async token(signal: AbortSignal): Promise<string> {
    const nowMs = this.#options.clock.monotonic();
    if (this.#token !== undefined && nowMs < this.#token.renewAtMs) return this.#token.value;
    if (this.#failed !== undefined && nowMs < this.#failed.untilMs) throw this.#failed.error;
    this.#login ??= this.#logIn().finally(() => {
      this.#login = undefined;
    });
    return await abortable(this.#login, signal);
  }

  /** The token was refused; a newer one may be in use already. */
  drop(token: string): boolean {
    if (this.#token?.value === token) this.#token = undefined;
    return true;
  }

  async #logIn(): Promise<string> {
    const { clock } = this.#options;
    try {
      this.#token = await this.#newToken();
      this.#failed = undefined;
      return this.#token.value;
    } catch (error) {
      this.#failed = { untilMs: clock.monotonic() + AGAIN_MS, error };
      throw error;
    }
  }

  async #newToken(): Promise<Token> {
    const { clock, origin, secret } = this.#options;
    const account = parseServiceAccount(secret());
    const endpoint = account.loginEndpoint ?? `${origin}${LOGIN_PATH}`;
    const answer = await this.#post(endpoint, account);
    const body = tryJson(answer.text);
    const token = isObject(body) ? body['token'] : undefined;
    if (answer.status !== 200 || typeof token !== 'string' || token === '') {
      throw refusedLogin(account.uid, endpoint, answer);
    }
    // Both ends of its life by one clock: ours may be wrong.
    const endsAtMs = expiryOf(token);
    const lifeMs = endsAtMs === undefined ? Infinity : endsAtMs - (answer.dateMs ?? clock.now());
    return { value: token, renewAtMs: clock.monotonic() + Math.max(LEAST_LIFE_MS, RENEW_AFTER * lifeMs) };
  }

  /** A proof that was refused where the clocks differ is made once more by the other side's clock. */
  async #post(endpoint: string, account: ServiceAccount): Promise<LoginAnswer> {
    const { clock, post } = this.#options;
    const prove = (nowMs: number) => post(endpoint, { uid: account.uid, token: proofOf(account, nowMs) });
    const answer = await prove(clock.now());
    const { dateMs } = answer;
    const skewed = dateMs !== undefined && Math.abs(dateMs - clock.now()) > SKEW_MS;
    return answer.status === 401 && skewed ? await prove(dateMs) : answer;
  }
}

function refusedLogin(uid: string, endpoint: string, { status, text }: LoginAnswer): TransientError {
  const body = tryJson(text);
  const code = isObject(body) && typeof body['code'] === 'string' ? ` (${body['code']})` : '';
  return new TransientError(
    `logging in to ${new URL(endpoint).origin} as ${uid}: it answered ${status}${code}; check marathon.auth.dcosServiceAccount: the account, its key, and the clock`,
  );
}
