import { generateKeyPairSync, verify } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../src/runtime/clock.ts';
import { TerminalError, TransientError } from '../../../../src/runtime/errors.ts';
import type { MarathonScheduler } from '../../../../src/schedulers/marathon/index.ts';
import { FakeMarathon, type SeenRequest } from '../../../support/marathon/fake-marathon.ts';
import { type FakeValues, fakeValues } from '../../../support/values.ts';
import { createScheduler, never } from '../setup.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const LOGIN = '/acs/api/v1/auth/login';
const APP = '/shop/orders';
const START_MS = Date.UTC(2026, 0, 1);
const LIFE_S = 3600;

/** Marathon behind a DC/OS that hands out `session-1`, `session-2`, … and takes only the newest. */
class DcosMarathon extends FakeMarathon {
  logins: { uid: string; token: string }[] = [];
  issued = 0;
  /** What the other side's clock is ahead of ours. */
  skewMs = 0;
  clock = new VirtualClock(START_MS);

  constructor() {
    super();
    this.scripts.push((request) => (request.path === LOGIN ? this.#login(request) : this.#guard(request)));
    this.addApp(APP, 1);
  }

  get session(): string {
    const claims = { uid: 'shop', n: this.issued, exp: this.#nowS() + LIFE_S };
    return `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;
  }

  #login({ body }: SeenRequest) {
    const login = body as { uid: string; token: string };
    this.logins.push(login);
    const [head, claims, signature] = login.token.split('.') as [string, string, string];
    const { exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { exp: number };
    const genuine = verify(
      'RSA-SHA256',
      Buffer.from(`${head}.${claims}`),
      publicKey,
      Buffer.from(signature, 'base64url'),
    );
    const headers = { date: new Date(this.#nowS() * 1000).toUTCString() };
    if (!genuine || exp < this.#nowS() || exp > this.#nowS() + 600) {
      return { status: 401, body: { code: 'ERR_INVALID_CREDENTIALS' }, headers };
    }
    this.issued++;
    this.#taken = this.session;
    return { status: 200, body: { token: this.#taken }, headers };
  }

  #taken = '';

  /** Whatever was handed out so far is worth nothing any more. */
  revoke(): void {
    this.#taken = 'revoked';
  }

  #guard({ headers }: SeenRequest) {
    if (headers.authorization === `token=${this.#taken}`) return undefined;
    return { status: 401, body: '<html><title>401 Authorization Required</title></html>' };
  }

  #nowS(): number {
    return Math.floor((this.clock.now() + this.skewMs) / 1000);
  }
}

let marathon: DcosMarathon;
let scheduler: MarathonScheduler;
let values: FakeValues;

function secret(fields: Record<string, unknown> = {}): string {
  return JSON.stringify({ uid: 'shop', private_key: PEM, scheme: 'RS256', ...fields });
}

beforeEach(async () => {
  marathon = new DcosMarathon();
  await marathon.start();
  values = fakeValues({ ACCOUNT: secret({ login_endpoint: `${marathon.url}${LOGIN}` }) });
  scheduler = createScheduler(
    {
      urls: [`${marathon.url}`],
      auth: { dcosServiceAccount: { credentials: { fromEnv: 'ACCOUNT' } } },
      resyncMs: 0,
    },
    { clock: marathon.clock, values },
  );
});
afterEach(async () => {
  await scheduler.close();
  await marathon.stop();
});

const observe = () => scheduler.observe([APP], never);
const scale = () => scheduler.apply({ kind: 'scale', app: APP, from: 1, to: 2, reason: 'test' }, never);

describe('a DC/OS service account', () => {
  it('logs in once, whoever asks at the same time, and uses the token', async () => {
    await Promise.all([observe(), scale(), observe()]);
    expect(marathon.logins).toHaveLength(1);
    expect(marathon.logins[0]?.uid).toBe('shop');
    expect(marathon.apps.get(APP)?.instances).toBe(2);
  });

  it('keeps the key and the proof from Marathon itself', async () => {
    await observe();
    const seen = JSON.stringify(marathon.requests.filter(({ path }) => path !== LOGIN));
    expect(seen).not.toContain(marathon.logins[0]?.token);
    expect(JSON.stringify(marathon.requests)).not.toContain('PRIVATE KEY');
  });

  it('logs in at the Marathon itself where the secret names no place', async () => {
    values.env['ACCOUNT'] = secret();
    await observe();
    expect(marathon.logins).toHaveLength(1);
  });

  it('renews the token before it ends', async () => {
    await observe();
    await marathon.clock.advance(0.8 * LIFE_S * 1000);
    await observe();
    expect(marathon.logins).toHaveLength(1);
    await marathon.clock.advance(0.15 * LIFE_S * 1000);
    await observe();
    expect(marathon.logins).toHaveLength(2);
  });

  it('renews it once when it is refused, for a write too', async () => {
    await observe();
    marathon.revoke();
    await scale();
    expect(marathon.logins).toHaveLength(2);
    expect(marathon.apps.get(APP)?.instances).toBe(2);
  });

  it('says so when the renewed one is refused as well', async () => {
    marathon.scripts.unshift(({ path }) =>
      path === LOGIN ? undefined : { status: 401, body: '<html><title>401 No</title></html>' },
    );
    await expect(observe()).rejects.toThrow(/answered 401: 401 No; check marathon.auth/);
    expect(marathon.logins).toHaveLength(2);
  });

  it.each([3_600_000, -3_600_000])('works when our clock is off by %d ms', async (skewMs) => {
    marathon.skewMs = skewMs;
    await observe();
    expect(marathon.logins).toHaveLength(2);
    await observe();
    expect(marathon.logins).toHaveLength(2);
  });

  it('says who could not log in where, and does not try again at once', async () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    values.env['ACCOUNT'] = secret({ private_key: other.export({ type: 'pkcs8', format: 'pem' }) });
    const message = `logging in to ${marathon.url} as shop: it answered 401 (ERR_INVALID_CREDENTIALS)`;
    await expect(observe()).rejects.toThrow(TransientError);
    await expect(observe()).rejects.toThrow(message);
    expect(marathon.logins).toHaveLength(1);
    values.env['ACCOUNT'] = secret();
    await marathon.clock.advance(5_000);
    await observe();
  });

  it('does not take its proof where a redirect points', async () => {
    const redirect = { status: 307, headers: { location: 'http://127.0.0.1:1/' } };
    marathon.scripts.unshift(({ path }) => (path === LOGIN ? redirect : undefined));
    await expect(observe()).rejects.toThrow(/logging in to .* as shop: it answered 307/);
  });

  it.each([
    ['not JSON', PEM, /is not a JSON object/],
    ['without a uid', secret({ uid: undefined }), /has no `uid`/],
    ['without a key', secret({ private_key: undefined }), /has no `private_key`/],
    ['with something else for a key', secret({ private_key: 'hunter2' }), /not a private key in PEM/],
    ['with another scheme', secret({ scheme: 'HS256' }), /`scheme` other than RS256/],
    [
      'with a strange endpoint',
      secret({ login_endpoint: 'ftp://x' }),
      /`login_endpoint` that is not an http/,
    ],
  ])('refuses a secret %s, without showing it', async (_, text, message) => {
    values.env['ACCOUNT'] = text;
    const error = await observe().catch((thrown: Error) => thrown);
    expect(error).toBeInstanceOf(TerminalError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toMatch(/hunter2|PRIVATE KEY/);
  });
});
