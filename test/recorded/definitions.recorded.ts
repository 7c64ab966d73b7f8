// Every recorded app definition: is it accepted, and what does Marathon make of it, or why does it refuse it?

import { describe, it } from 'vitest';
import { Bindings, type Difference, differences } from './support/compare.ts';
import { recorded } from './support/recording.ts';
import { aReplayServer } from './support/server.ts';
import { Tally } from './support/tally.ts';

interface RecordedDefinition {
  readonly name: string;
  readonly flags?: readonly string[];
  readonly request: unknown;
  readonly status: number;
  readonly echo?: unknown;
  readonly refusal?: unknown;
}

/** What an echo of the recording leaves out. */
const NOT_ECHOED = [
  'tasks',
  'deployments',
  'version',
  'versionInfo',
  'tasksStaged',
  'tasksRunning',
  'tasksHealthy',
  'tasksUnhealthy',
  'lastTaskFailure',
];

const records = recorded<RecordedDefinition>('definitions.jsonl');

describe.skipIf(records === undefined)('recorded app definitions', () => {
  const withDefaults = records?.filter(({ flags }) => flags === undefined) ?? [];
  const withFlags = records?.filter(({ flags }) => flags !== undefined) ?? [];

  it('are answered like the real Marathon with its default flags answers them', () =>
    replay('definitions', withDefaults));

  it('are answered like the real Marathon with a role and optional features answers them', () =>
    replay('definitions with flags', withFlags));
});

async function replay(what: string, rows: readonly RecordedDefinition[]): Promise<void> {
  const statuses = new Tally(`${what}, status`, 'definitionStatuses');
  const bodies = new Tally(`${what}, echo or refusal`, 'definitionBodies');
  for (const row of rows) {
    const { status, found } = await replayOne(row);
    statuses.add(
      row.name,
      status === row.status ? [] : [{ at: 'status', recorded: row.status, answered: status }],
    );
    bodies.add(row.name, found);
  }
  statuses.finish();
  bodies.finish();
}

async function replayOne(
  row: RecordedDefinition,
): Promise<{ readonly status: number; readonly found: readonly Difference[] }> {
  const server = aReplayServer(row.flags);
  const { status, body } = await server.ask({ method: 'POST', path: '/v2/apps', body: row.request });
  if (status !== row.status)
    return { status, found: [{ at: '', recorded: row.echo ?? row.refusal, answered: body }] };
  const bindings = new Bindings();
  if (status !== 201) return { status, found: differences(sorted(row.refusal), sorted(body), bindings) };
  const { id } = body as { readonly id: string };
  const { body: answer } = await server.ask({ method: 'GET', path: `/v2/apps/${id}` });
  const echo = Object.entries((answer as { readonly app: object }).app);
  const shown = Object.fromEntries(echo.filter(([key]) => !NOT_ECHOED.includes(key)));
  return { status, found: differences(row.echo, shown, bindings) };
}

/** A refusal with its details in an order of their own: Marathon's is free. */
function sorted(refusal: unknown): unknown {
  if (typeof refusal !== 'object' || refusal === null || !('details' in refusal)) return refusal;
  if (!Array.isArray(refusal.details)) return refusal;
  const details = (refusal.details as { path: string; errors: string[] }[]).map(({ path, errors }) => ({
    path,
    errors: [...errors].sort(),
  }));
  return { ...refusal, details: details.sort((a, b) => compareTexts(JSON.stringify(a), JSON.stringify(b))) };
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
