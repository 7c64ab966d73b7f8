// bench: loaded into the demo by a soak: collects garbage every few seconds, so that what the heap holds is what is in use. V8 alone
// lets it double first, which takes a demo longer than most soaks.

const EVERY_MS = 5_000;

setInterval(() => globalThis.gc?.(), EVERY_MS).unref();
