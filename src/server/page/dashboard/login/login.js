// server/dashboard: the form to log in. The token goes into one request's body, and nowhere else.

const form = part('form', HTMLFormElement);
const field = part('token', HTMLInputElement);
const enter = part('enter', HTMLButtonElement);
const note = part('note', HTMLElement);

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  if (enter.disabled) return;
  enter.disabled = true;
  note.textContent = '';
  try {
    await logIn(field.value);
    location.replace(target());
  } catch (cause) {
    note.textContent = cause instanceof Error ? cause.message : String(cause);
    field.select();
    enter.disabled = false;
  }
});
field.focus();
void passThrough();

/**
 * Throws with a sentence.
 *
 * @param {string} token
 */
async function logIn(token) {
  let response;
  try {
    response = await fetch('/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
  } catch {
    throw new Error('The operator did not answer; try again.');
  }
  if (response.ok) return;
  const { message } = await response.json().catch(() => ({}));
  throw new Error(sentence(message ?? `the operator answered ${response.status}`));
}

/** @param {string} text */
function sentence(text) {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

/** Whoever followed a link from another site has a session that the browser kept back from that one request. */
async function passThrough() {
  const response = await fetch('/login/session').catch(() => undefined);
  if (response?.status === 200 && (await response.json()).user !== null) location.replace(target());
}

/**
 * An element of this form by its id. Imports nothing: other scripts are only for who has logged in.
 *
 * @template {typeof HTMLElement} K
 * @param {string} id
 * @param {K} kind
 * @returns {InstanceType<K>}
 */
function part(id, kind) {
  const node = document.getElementById(id);
  if (node instanceof kind) return /** @type {InstanceType<K>} */ (node);
  throw new Error(`the form has no ${kind.name} ${id}`);
}

/** Where somebody was led from: a runbook, or the page with what it showed. */
function target() {
  const to = new URLSearchParams(location.search).get('to') ?? '';
  return /^\/docs\/runbooks\/[\w/]+\.md$/.test(to) ? to : `/${location.search}`;
}
