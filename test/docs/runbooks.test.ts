// Every alert and every reason that needs a person has a runbook, and runbooks name only what exists.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONDITION_REASONS, CONDITION_TYPES } from '../../src/api/conditions.ts';
import { RUNBOOK_REASONS, runbookOf } from '../../src/api/words/runbooks.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { ROOT } from '../support/programs/command.ts';

const FOLDER = 'docs/runbooks';
const pages = readdirSync(join(ROOT, FOLDER)).filter((name) => name !== 'reasons');
const reasonPages = readdirSync(join(ROOT, FOLDER, 'reasons')).map((name) => `reasons/${name}`);
const rules = readFileSync(join(ROOT, 'deploy/prometheus/rules.yaml'), 'utf8');
const alerts = [...rules.matchAll(/^ *- alert: (\w+)/gm)].map(([, name = '']) => name);

const conditions = readFileSync(join(ROOT, 'docs/reference/conditions.md'), 'utf8');
const textOf = (page: string) => readFileSync(join(ROOT, FOLDER, page), 'utf8');

describe('runbooks', () => {
  it('are there for every alert, and for no other', () => {
    expect(alerts.length).toBeGreaterThan(10);
    expect([...pages].sort()).toEqual([...alerts.map((name) => `${name}.md`), 'reasons.md'].sort());
  });

  it('are named by their alerts', () => {
    const address =
      /^ *runbook_url: '\{\{ with \$externalLabels\.microscaling_runbooks \}\}\{\{ \. \}\}\{\{ else \}\}http:\/\/\{\{ \$labels\.instance \}\}\/docs\/runbooks\{\{ end \}\}\/(\w+)\.md'$/gm;
    expect([...rules.matchAll(address)].map(([, name]) => name)).toEqual(alerts);
  });

  it('say what to do about every reason that needs a person', () => {
    const rows = [...textOf('reasons.md').matchAll(/^\| \[`(\w+)`\]\(reasons\/\1\.md\) \|/gm)];
    expect(rows.map(([, reason]) => reason).sort()).toEqual([...RUNBOOK_REASONS].sort());
    const paths = RUNBOOK_REASONS.map((reason) => runbookOf(reason));
    expect(reasonPages.map((page) => `${FOLDER}/${page}`).sort()).toEqual(paths.sort());
  });

  it.each(reasonPages)('%s has its parts, and says what its reason means', (page) => {
    const [, reason] = /(\w+)\.md$/.exec(page) ?? [];
    const text = textOf(page);
    expect(text.startsWith(`# ${reason}\n`)).toBe(true);
    expect([...text.matchAll(/^\*\*(.+)\.\*\*/gm)].map(([, title]) => title)).toEqual([
      ...['What it means', 'What you see', 'What to do'],
    ]);
    expect(text).toMatch(/^1\. \S/m);
    const meaning = new RegExp(`^\\| \`${reason}\` \\| .* \\| (.*) \\|$`, 'm').exec(conditions)?.[1];
    expect(text).toContain(`**What it means.** ${meaning}`);
  });

  it.each([...pages, ...reasonPages])('%s names commands and reasons that exist', (page) => {
    const spans = [...textOf(page).matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
    const commands = spans.flatMap((span) => /^microscaling (\S+)/.exec(span)?.[1] ?? []);
    const words = spans.filter((span) => /^[A-Z][A-Za-z]+$/.test(span));
    expect(commands.filter((name) => !COMMANDS.some((command) => command.name === name))).toEqual([]);
    const known: readonly string[] = [...CONDITION_REASONS, ...CONDITION_TYPES];
    expect(words.filter((word) => !known.includes(word))).toEqual([]);
  });
});
