// server/dashboard: where the operator's API has things, and what people change there.

/** @import { Desk } from '../dashboard-types.ts' */

import { backToLogin } from './parts/user.js';

/**
 * Sends one change, and returns what is answered; throws with a sentence.
 *
 * @param {() => string | undefined} token the page's own
 * @returns {Desk['send']}
 */
export function sender(token) {
  return async (method, path, body = {}, signal) => {
    const headers = { 'content-type': 'application/json', 'x-microscaling-token': token() ?? '' };
    let response;
    try {
      response = await fetch(path, {
        method,
        headers,
        body: JSON.stringify(body),
        ...(signal && { signal }),
      });
    } catch {
      throw new Error('the operator did not answer; nothing was changed');
    }
    if (response.ok) return await response.json().catch(() => undefined);
    if (response.status === 401) void backToLogin();
    const { message } = await response.json().catch(() => ({}));
    throw new Error(message ?? `the operator answered ${response.status}`);
  };
}

/**
 * Where the API has a policy.
 *
 * @param {string} key namespace/name
 */
export function policyPath(key) {
  return objectPath('microscalingpolicies', key);
}

/**
 * @param {string} plural of the kind
 * @param {string} key namespace/name
 */
export function objectPath(plural, key) {
  const [namespace, name] = key.split('/').map(encodeURIComponent);
  return `/apis/microscaling.io/v1alpha1/namespaces/${namespace}/${plural}/${name}`;
}
