// server/dashboard: the form to log in. The token goes into one request's body, and nowhere else.

const part = (id) => document.getElementById(id);

part('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const enter = part('enter');
  if (enter.disabled) return;
  enter.disabled = true;
  part('note').textContent = '';
  try {
    await logIn(part('token').value);
    location.replace('/');
  } catch (cause) {
    part('note').textContent = cause.message;
    part('token').select();
    enter.disabled = false;
  }
});
part('token').focus();
void passThrough();

/** Throws with a sentence. */
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

function sentence(text) {
  return `${text[0].toUpperCase()}${text.slice(1)}.`;
}

/** Whoever followed a link from another site has a session that the browser kept back from that one request. */
async function passThrough() {
  const response = await fetch('/login/session').catch(() => undefined);
  if (response?.status === 200 && (await response.json()).user !== null) location.replace('/');
}
