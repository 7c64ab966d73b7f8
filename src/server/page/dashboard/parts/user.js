// server/dashboard: who has logged in, and the way out.

/** @import { User } from '../../dashboard-types.ts' */

import { part, setText } from '../dom.js';

/**
 * @param {HTMLElement} node
 * @param {User | undefined} user of a session; undefined where nobody has to log in
 */
export function showUser(node, user) {
  node.hidden = user === undefined;
  if (user === undefined) return;
  setText(part('user-name'), `${user.name} · ${user.role === 'write' ? 'may change things' : 'may read'}`);
  part('log-out').onclick = () => void logOut();
}

/** When the operator refuses the stream: whoever is not known any more logs in again. */
export async function backToLogin() {
  const response = await fetch('/login/session').catch(() => undefined);
  if (response?.status === 200 && (await response.json()).user === null)
    location.replace(`/login${location.search}`);
}

async function logOut() {
  const headers = { 'content-type': 'application/json' };
  await fetch('/logout', { method: 'POST', headers, body: '{}' }).catch(() => undefined);
  location.replace('/login');
}
