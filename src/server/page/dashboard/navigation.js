// server/dashboard: what is looked at stands in the page's address, so that it can be shared.

/**
 * The address that shows something.
 *
 * @param {Readonly<Record<string, string>>} what
 */
export function addressOf(what) {
  const query = new URLSearchParams(Object.entries(what).filter(([, value]) => value !== ''));
  return query.size === 0 ? '/' : `/?${query}`;
}

/** @param {string} key namespace/name */
export function policyAddress(key) {
  return addressOf({ policy: key });
}

/** What the present address says, for the operator as it stands. */
export function query() {
  return location.search;
}

/** @param {string} name */
export function asked(name) {
  return new URLSearchParams(location.search).get(name) ?? '';
}

/** @type {() => void} */
let onMove = () => {};

/**
 * Links within the page do not load it anew.
 *
 * @param {() => void} moved called after every change of the address
 */
export function followLinks(moved) {
  onMove = moved;
  addEventListener('popstate', moved);
  document.addEventListener('click', (event) => {
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!plain || link === null || link.origin !== location.origin || link.pathname !== '/') return;
    event.preventDefault();
    go(link.href);
    scrollTo(0, 0);
  });
}

/**
 * The present address with something else in it; empty: without it.
 *
 * @param {Readonly<Record<string, string>>} what
 */
export function hereWith(what) {
  return addressOf({ ...Object.fromEntries(new URLSearchParams(location.search)), ...what });
}

/**
 * @param {string} address
 * @param {{ replace?: boolean, still?: boolean }} [how] with `replace` the way back leads past it; with `still` the same
 * things are looked at
 */
export function go(address, { replace = false, still = false } = {}) {
  if (new URL(address, location.href).href === location.href) return;
  if (replace) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  if (!still) onMove();
}
