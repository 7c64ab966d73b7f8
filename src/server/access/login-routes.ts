// server: logging in and out of the page. The token travels in the body of one request, never in a URL; afterwards a
// cookie stands for it that no script can read.

import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Clock } from '../../runtime/clock.ts';
import { messageOf, TerminalError } from '../../runtime/errors.ts';
import type { HttpBindings } from '../../runtime/network/http.ts';
import { objectOf } from '../api/intervention-request.ts';
import { type Asset, assetResponse } from '../page/assets.ts';
import { type Access, isRefused } from './access.ts';
import { LoginLimit } from './login-limit.ts';
import { type Sessions, sessionCookie, sessionIdOf } from './sessions.ts';
import type { TokenBook } from './tokens.ts';

export interface LoginDeps {
  readonly access: Access;
  readonly tokens: TokenBook;
  readonly sessions: Sessions;
  readonly clock: Clock;
  readonly page: Asset;
}

type Env = { Bindings: Partial<HttpBindings> };

/**
 * - `GET /login`: the form; where nobody needs a token, the page itself.
 * - `POST /login` {token}: 204 with the cookie, 401 or 429 with {message}.
 * - `POST /logout`: 204.
 * - `GET /login/session`: {user: {name?, role, by}} of whoever asks; null for nobody who is known.
 */
export function loginRoutes(deps: LoginDeps): Hono<Env> {
  const { access, sessions, page, clock } = deps;
  const limit = new LoginLimit(clock);
  const app = new Hono<Env>();
  app.get('/login', (c) => (access.isGuarded ? assetResponse(page, c.req.raw) : c.redirect('/', 303)));
  app.post(
    '/login',
    bodyLimit({ maxSize: 4096, onError: (c) => c.json({ message: 'the body is too large' }, 413) }),
    (c) => logIn(c, deps, limit),
  );
  app.post('/logout', (c) => {
    const id = sessionIdOf(c.req.raw);
    if (id !== undefined) sessions.close(id);
    return c.body(null, 204, { 'set-cookie': sessionCookie(c.req.raw) });
  });
  app.get('/login/session', (c) => {
    const entered = access.enter(c.req.raw);
    const user = isRefused(entered) ? null : { name: entered.name, role: entered.role, by: entered.by };
    return c.json({ user }, 200, { 'cache-control': 'no-store' });
  });
  return app;
}

async function logIn(c: Context<Env>, deps: LoginDeps, limit: LoginLimit): Promise<Response> {
  const { tokens, sessions } = deps;
  const address = c.env?.incoming?.socket?.remoteAddress ?? 'unknown';
  const waitS = Math.ceil(limit.waitMs(address) / 1_000);
  if (waitS > 0) {
    const message = `too many wrong tokens from this address: try again in ${waitS} s`;
    return c.json({ message }, 429, { 'retry-after': String(waitS) });
  }
  let token: unknown;
  try {
    ({ token } = await objectOf(c.req.text()));
  } catch (error) {
    if (error instanceof TerminalError) return c.json({ message: messageOf(error) }, 400);
    throw error;
  }
  if (typeof token !== 'string' || token.trim() === '')
    return c.json({ message: 'send {"token": "…"}: microscaling token create makes one' }, 400);
  const holder = tokens.holderOf(token.trim());
  if (holder === undefined) {
    limit.failed(address);
    return c.json(
      { message: 'this token is not known here; microscaling token create makes one that is' },
      401,
    );
  }
  const id = sessions.open(holder.digest);
  return c.body(null, 204, { 'set-cookie': sessionCookie(c.req.raw, id) });
}
