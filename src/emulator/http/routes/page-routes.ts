// emulator: what a browser sees where Marathon serves its user interface. Other clients get Marathon's answers there.

import type { Marathon } from '../../marathon/marathon.ts';
import { namesHtml } from '../protocol/media-type.ts';
import { type Route, route } from '../protocol/router.ts';
import { homePage, type ServerSummary } from '../views/home-page.ts';
import { countTasks } from '../views/task-stats.ts';
import type { ServerAddress } from './system-routes.ts';

export interface PageDeps {
  readonly address: () => ServerAddress;
  readonly version: string;
}

/** Whether these routes are there at all for a request. */
export function asksForPage({ method, headers }: Request): boolean {
  return (method === 'GET' || method === 'HEAD') && namesHtml(headers.get('accept'));
}

export function pageRoutes(marathon: Marathon, { address, version }: PageDeps): Route[] {
  const page = (): Response =>
    new Response(homePage(summary(marathon, address().authority, version)), {
      headers: {
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'",
        'X-Content-Type-Options': 'nosniff',
      },
    });
  return ['/', '/ui'].map((path) => route('GET', path, page, { anyType: true }));
}

function summary(marathon: Marathon, authority: string, version: string): ServerSummary {
  const apps = [...marathon.root.apps()].map(({ id, instances }) => ({
    id,
    instances,
    ...countTasks(marathon, marathon.instances.tracker.of(id)),
    deploying: marathon.deployments.lockOf(id) !== undefined,
  }));
  return { version, authority, apps: apps.sort((a, b) => (a.id < b.id ? -1 : 1)) };
}
