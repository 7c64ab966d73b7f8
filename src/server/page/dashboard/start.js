// server/dashboard: begins the page; where a part of it could not be fetched, says so and begins anew. A network that changes
// (a laptop's, or one with containers that come and go) ends what a browser is fetching, and modules are not asked for twice.
// Imports nothing at once: that could not be fetched either.

const AGAIN_MS = 2_000;

import('./main.js').catch((error) => {
  console.warn('the page could not be loaded whole', error);
  const banner = document.getElementById('banner');
  if (banner !== null) {
    banner.hidden = false;
    banner.textContent = 'This page could not be loaded whole. Trying again…';
  }
  setTimeout(() => location.reload(), AGAIN_MS);
});
