// emulator: the page for a person who opens the server's address: what this is, and how its apps are doing.

import { escapeHtml } from '../../../lang/html.ts';
import type { TaskCounts } from './task-stats.ts';

export interface AppSummary extends TaskCounts {
  readonly id: string;
  /** How many are wanted. */
  readonly instances: number;
  /** A deployment holds the app. */
  readonly deploying: boolean;
}

export interface ServerSummary {
  readonly version: string;
  /** `host:port`. */
  readonly authority: string;
  readonly apps: readonly AppSummary[];
}

/** Where an answer in JSON says more. */
const LINKS = ['/v2/apps', '/v2/info', '/v2/deployments', '/v2/queue', '/v2/tasks'];

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color-scheme:light dark}' +
  'table{border-collapse:collapse}th,td{padding:.25rem 1rem .25rem 0;text-align:right}' +
  'th:first-child,td:first-child,th:last-child,td:last-child{text-align:left}';

export function homePage({ version, authority, apps }: ServerSummary): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Embedded Marathon at ${escapeHtml(authority)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Embedded Marathon</h1>
<p>This server has Marathon's API (version ${escapeHtml(version)}) and runs apps as processes of this machine.
It is not Marathon, and this page is all that it shows; whatever speaks to Marathon can speak to it.</p>
<p>In JSON: ${LINKS.map((path) => `<a href="${path}">${path}</a>`).join(' · ')}</p>
<h2>Apps</h2>
${apps.length === 0 ? '<p>There are none.</p>' : appTable(apps)}
</body>
</html>
`;
}

function appTable(apps: readonly AppSummary[]): string {
  return `<table>
<thead><tr><th>app</th><th>instances</th><th>running</th><th>staged</th><th>healthy</th><th>unhealthy</th><th></th></tr></thead>
<tbody>
${apps.map(appRow).join('\n')}
</tbody>
</table>`;
}

function appRow({ id, deploying, ...counts }: AppSummary): string {
  const { instances, running, staged, healthy, unhealthy } = counts;
  const numbers = [instances, running, staged, healthy, unhealthy].map((count) => `<td>${count}</td>`);
  const link = `<a href="/v2/apps${escapeHtml(encodeURI(id))}">${escapeHtml(id)}</a>`;
  return `<tr><td>${link}</td>${numbers.join('')}<td>${deploying ? 'deploying' : ''}</td></tr>`;
}
