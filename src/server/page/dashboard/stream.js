// server/dashboard: the live stream. It reconnects by itself, and says so when nothing is heard.

/** @import { Hello, PageView, StreamListener } from '../dashboard-types.ts' */

const SILENT_MS = 3_000;
const HUNG_MS = 10_000;
const RETRY_MS = 1_000;
const LOOK_MS = 250;
/** A view is drawn up to a moment before it is heard; what is further off is a clock that was set. */
const CLOCK_SET_MS = 5_000;

/**
 * @param {StreamListener} on
 * @param {() => string} query what is looked at, as the operator is asked for it
 * @returns {{ serverNow: () => number, look: () => void }} ms since the epoch by the server's clock; and to look at something else
 */
export function openStream(on, query) {
  /** @type {EventSource} */
  let source;
  let offsetMs = 0;
  let heardAt = performance.now();
  /** @type {number | undefined} */
  let lastWordMs;
  let openedAt = 0;

  const serverNow = () => Date.now() + offsetMs;
  /** @param {number | undefined} atMs */
  const heard = (atMs) => {
    if (atMs !== undefined) offsetMs = atMs - Date.now();
    heardAt = performance.now();
    lastWordMs = serverNow();
    on.alive();
  };
  const connect = () => {
    source?.close();
    openedAt = performance.now();
    source = new EventSource(`/ui/stream${query()}`);
    source.addEventListener('hello', ({ data }) => {
      /** @type {Hello} */
      const hello = JSON.parse(data);
      heard(hello.atMs);
      on.hello(hello);
    });
    source.addEventListener('beat', ({ data }) => heard(JSON.parse(data).atMs));
    source.addEventListener('view', ({ data }) => {
      /** @type {PageView} */
      const view = JSON.parse(data);
      const isSet = Math.abs(view.atMs - serverNow()) > CLOCK_SET_MS;
      heard(isSet ? view.atMs : undefined);
      on.view(view);
    });
  };

  connect();
  setInterval(() => {
    const now = performance.now();
    const silentMs = now - heardAt;
    if (silentMs > SILENT_MS) on.silent(lastWordMs);
    const refused = source.readyState === EventSource.CLOSED && now - openedAt > RETRY_MS;
    const hung = silentMs > HUNG_MS && now - openedAt > HUNG_MS;
    if (refused) on.refused();
    if (refused || hung) connect();
  }, LOOK_MS);
  return { serverNow, look: connect };
}
