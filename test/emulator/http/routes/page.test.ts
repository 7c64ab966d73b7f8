// What a browser sees where Marathon serves its user interface.

import { describe, expect, it } from 'vitest';
import { createApi } from '../../../../src/emulator/http/api.ts';
import { homePage } from '../../../../src/emulator/http/views/home-page.ts';
import { silentLogger } from '../../../../src/runtime/log.ts';
import { aWorld, type World } from '../../support/world.ts';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8';
const ADDRESS = { authority: '127.0.0.1:8080', host: '127.0.0.1', port: 8080 };

async function ask(world: World, path: string, accept: string, method = 'GET'): Promise<Response> {
  const api = createApi(world.marathon, { log: silentLogger, address: () => ADDRESS });
  return await api(new Request(`http://127.0.0.1:8080${path}`, { method, headers: { accept } }));
}

describe('a browser', () => {
  it.each(['/', '/ui', '/ui/'])('gets a page at %s that forbids scripts and frames', async (path) => {
    const { status, headers } = await ask(aWorld(), path, BROWSER);
    expect(status).toBe(200);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
      'cache-control': 'no-cache, no-store, must-revalidate',
      'x-frame-options': 'DENY',
    });
  });

  it('sees each app with its counts, in the order of their ids', async () => {
    const world = aWorld({ cpus: 4 });
    await world.app({ id: '/shop/worker', instances: 2 });
    await world.app({ id: '/shop/api', instances: 5 });
    const page = await (await ask(world, '/', BROWSER)).text();
    const cells = [...page.matchAll(/<tr><td>(.*?)<\/tr>/g)].map(([, row = '']) =>
      row.replace(/<\/td><td>/g, '|').replace(/<[^>]+>/g, ''),
    );
    expect(cells).toEqual(['/shop/api|5|2|0|0|0|deploying', '/shop/worker|2|2|0|0|0|']);
  });

  it('finds an answer behind every link', async () => {
    const world = aWorld();
    await world.app({ id: '/shop/api' });
    const page = await (await ask(world, '/', BROWSER)).text();
    const links = [...page.matchAll(/href="([^"]+)"/g)].map(([, link = '']) => link);
    expect(links).toEqual(expect.arrayContaining(['/v2/apps', '/v2/info', '/v2/apps/shop/api']));
    for (const link of links) expect([link, (await ask(world, link, BROWSER)).status]).toEqual([link, 200]);
  });

  it('reads "none" where there are no apps', async () => {
    expect(await (await ask(aWorld(), '/', BROWSER)).text()).toContain('There are none.');
  });

  it('does not run what stands in a name', () => {
    const none = { staged: 0, running: 0, healthy: 0, unhealthy: 0, instances: 0, deploying: false };
    const hostile = `/"><script>alert('1')</script>&amp;`;
    const page = homePage({ version: '<b>', authority: '<i>', apps: [{ ...none, id: hostile }] });
    expect(page).not.toMatch(/<script|<b>|<i>|"">/);
    expect(page).toContain('&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;</a>');
  });
});

describe('another client', () => {
  it.each([
    ['GET', '/', '*/*', 500],
    ['GET', '/', 'application/json', 500],
    ['GET', '/ui', 'text/*', 500],
    ['GET', '/', 'text/html;q=0, */*', 500],
    ['POST', '/', BROWSER, 500],
    ['OPTIONS', '/', BROWSER, 500],
    ['GET', '/v2/info', 'text/html', 406],
  ])('sends %s %s for %s and gets the answer of the API, %i', async (method, path, accept, status) => {
    const response = await ask(aWorld(), path, accept, method);
    const message = status === 500 ? 'URI not found' : 'Not Acceptable';
    expect([response.status, await response.json()]).toEqual([status, { message }]);
  });
});
