// Every alert and every reason that needs a person has a runbook, and runbooks name only what exists.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONDITION_REASONS, CONDITION_TYPES } from '../../src/api/conditions.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { ROOT } from '../support/programs/command.ts';

const FOLDER = 'docs/runbooks';
const pages = readdirSync(join(ROOT, FOLDER));
const rules = readFileSync(join(ROOT, 'deploy/prometheus/rules.yaml'), 'utf8');
const alerts = [...rules.matchAll(/^ *- alert: (\w+)/gm)].map(([, name = '']) => name);

/** Reasons of a policy that is well, that passes by itself, or that was asked for. */
const NEEDS_NOBODY: readonly string[] = [
  ...['Pending', 'Valid', 'AllRead', 'NoMetrics', 'UpToDate', 'Deploying', 'Observing', 'Standby'],
  ...['WithinLimits', 'AtMinimum', 'Held', 'LimitedByBehavior', 'CapacityUnknown', 'Launching'],
  ...['SurplusWaiting', 'Running', 'Paused', 'PausedBySpec', 'NoConflict', 'Overridden', 'AllTrue'],
];

const textOf = (page: string) => readFileSync(join(ROOT, FOLDER, page), 'utf8');

describe('runbooks', () => {
  it('are there for every alert, and for no other', () => {
    expect(alerts.length).toBeGreaterThan(10);
    expect([...pages].sort()).toEqual([...alerts.map((name) => `${name}.md`), 'reasons.md'].sort());
  });

  it('are named by their alerts', () => {
    const named = [...rules.matchAll(/^ *runbook_url: (\S+)$/gm)].map(([, path]) => path);
    expect(named).toEqual(alerts.map((name) => `${FOLDER}/${name}.md`));
  });

  it('say what to do about every reason that needs a person', () => {
    const rows = [...textOf('reasons.md').matchAll(/^\| `(\w+)` \|/gm)].map(([, reason = '']) => reason);
    expect([...rows, ...NEEDS_NOBODY].sort()).toEqual([...CONDITION_REASONS].sort());
  });

  it.each(pages)('%s names commands and reasons that exist', (page) => {
    const spans = [...textOf(page).matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
    const commands = spans.flatMap((span) => /^microscaling (\S+)/.exec(span)?.[1] ?? []);
    const words = spans.filter((span) => /^[A-Z][A-Za-z]+$/.test(span));
    expect(commands).not.toEqual([]);
    expect(commands.filter((name) => !COMMANDS.some((command) => command.name === name))).toEqual([]);
    const known: readonly string[] = [...CONDITION_REASONS, ...CONDITION_TYPES];
    expect(words.filter((word) => !known.includes(word))).toEqual([]);
  });
});
