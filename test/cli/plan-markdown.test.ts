import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resourceKey } from '../../src/api/policy.ts';
import type { Problem } from '../../src/api/problem.ts';
import type { PlanReport } from '../../src/app/commands/plan.ts';
import { code, fenced, htmlCode, text } from '../../src/cli/output/markdown/escape.ts';
import { planMarkdown } from '../../src/cli/output/markdown/plan.ts';
import type { PolicyPlan } from '../../src/controller/dry-run.ts';
import type { Change } from '../../src/core/change.ts';
import { anApp, aPolicy } from '../support/fakes.ts';

const GITHUB_LIMIT = 65_536;

function aPlan(name: string, rest: Partial<PolicyPlan> = {}): PolicyPlan {
  const policy = resourceKey({ namespace: 'default', name });
  return { policy, changes: [], troubles: [], notes: [], tasks: new Map(), ...rest };
}

function aReport(policies: readonly PolicyPlan[], problems: readonly Problem[] = []): PlanReport {
  return {
    policies,
    problems,
    changes: policies.flatMap(({ changes }) => changes),
    troubles: policies.flatMap(({ troubles }) => troubles),
    notes: policies.flatMap(({ notes }) => notes),
    resources: policies.map(({ policy }) => ({
      resource: aPolicy(policy.slice('default/'.length), [anApp('api'), anApp('batch')]),
      place: `policies/${policy.slice('default/'.length)}.yaml:1`,
      revision: '',
    })),
  };
}

const create: Change = {
  kind: 'create',
  app: '/shop/api',
  instances: 3,
  definition: {},
  envFrom: [],
  owner: 'default/shop',
  reason: 'within 3 to 9 instances',
};
const scale: Change = {
  kind: 'scale',
  app: '/shop/batch',
  from: 12,
  to: 8,
  reason: 'within 1 to 8 instances',
};
const update: Change = {
  kind: 'update',
  app: '/shop/web',
  definition: {},
  envFrom: [],
  fields: [
    { field: 'cmd', before: './web --old', after: './web' },
    { field: 'env.DEBUG', before: '1', after: undefined },
    { field: 'env.DB_PASSWORD', before: '(secret)', after: '(new secret)' },
    { field: 'container.docker.image', before: undefined, after: 'shop:2' },
    { field: 'constraints', before: [], after: [['hostname', 'UNIQUE']] },
  ],
  reason: 'differs from the policy in cmd, env.DEBUG, env.DB_PASSWORD, container.docker.image, constraints',
};

const full = aReport(
  [
    aPlan('shop', {
      changes: [scale, create, update, { kind: 'adopt', app: '/shop/old', reason: 'taken on as it is' }],
      tasks: new Map([['/shop/web', 7]]),
      notes: ['policy default/shop is in mode Observe: the operator would write none of this'],
    }),
    aPlan('mail', {
      troubles: [
        {
          reason: 'AdoptionRequired',
          message: 'app /mail/out exists and was made by somebody else: say adopt: true',
          policy: resourceKey({ namespace: 'default', name: 'mail' }),
          app: '/mail/out',
        },
      ],
    }),
    aPlan('quiet'),
    aPlan('far', { unread: 'reading apps: marathon at http://m2:8080 answered 503' }),
  ],
  [
    {
      severity: 'warning',
      source: 'policies/shop.yaml',
      line: 14,
      pointer: '/spec/apps/0/cpu',
      message: 'unknown field `cpu`; did you mean cpus?',
    },
  ],
);

describe('a plan in Markdown', () => {
  const goldens = [
    { name: 'full', report: full },
    { name: 'no-change', report: aReport([aPlan('quiet')]) },
    { name: 'nothing', report: aReport([]) },
    {
      name: 'errors',
      report: aReport(
        [],
        [
          { severity: 'error', source: 'b.yaml', line: 3, pointer: '/spec', message: 'apps is missing' },
          { severity: 'warning', source: 'a.yaml', line: 1, pointer: '', message: 'holds no document' },
          {
            severity: 'error',
            source: 'a.yaml',
            pointer: '',
            message: 'it is not UTF-8 text; save it as UTF-8',
          },
        ],
      ),
    },
  ];
  it.each(goldens)('reads as in golden/plan-$name.md', async ({ name, report }) => {
    await expect(planMarkdown(report)).toMatchFileSnapshot(`golden/plan-${name}.md`);
  });

  it('counts what restarts, and says so at the top', () => {
    const [, headline] = planMarkdown(full).split('\n\n');
    expect(headline).toBe(
      '### microscaling plan: 1 problem, 1 to create, 1 to update, 1 to scale, 1 to adopt, 7 tasks restart, 1 of 4 policies not compared',
    );
    expect(planMarkdown(full)).toContain('**What restarts**: `/shop/web` (7 tasks)');
  });

  it('stays below the limit of a comment, and says how much it left out', () => {
    const many = Array.from({ length: 2_000 }, (_, i) =>
      aPlan(`policy-${String(i).padStart(4, '0')}`, { changes: [create, scale] }),
    );
    const markdown = planMarkdown(aReport(many));
    expect(Buffer.byteLength(markdown)).toBeLessThan(GITHUB_LIMIT);
    const shown = markdown.match(/<details>/g)?.length ?? 0;
    expect(shown).toBeGreaterThan(50);
    const left = many.length - shown;
    expect(markdown).toContain(`**Left out for want of room: ${left} policies with ${2 * left} changes.**`);
    expect(markdown).toContain('### microscaling plan: 2000 to create, 2000 to scale');
  });

  it('stays below the limit when one policy or its problems alone would not', () => {
    const fields = Array.from({ length: 100 }, (_, i) => ({
      field: `env.V${i}`,
      before: '﷽'.repeat(900),
      after: { deep: Array.from({ length: 60 }, () => 'x'.repeat(900)) },
    }));
    const changes: Change[] = Array.from({ length: 100 }, () => ({ ...update, fields }));
    const tasks = new Map([['/shop/web', 1]]);
    const problems: Problem[] = Array.from({ length: 500 }, (_, line) => ({
      severity: 'warning',
      source: 'p'.repeat(900),
      line,
      pointer: '﷽'.repeat(900),
      message: '﷽|'.repeat(900),
    }));
    const markdown = planMarkdown(aReport([aPlan('big', { changes, tasks })], problems));
    expect(Buffer.byteLength(markdown)).toBeLessThan(GITHUB_LIMIT);
    expect(markdown).toMatch(/…and \d+ more problems/);
    expect(markdown).toContain('…and 100 more updated apps');
  });
});

/** What GitHub and GitLab do with words in a comment, as far as it is more than showing them. */
const HOSTILE = [
  '<!-- hidden -->',
  '</details><script>alert(1)</script>',
  '`code` ``` fence',
  'a | b || c',
  '@octocat and @org/team',
  'fixes #12, GH-12',
  '![x](http://evil.example/x.png) [a](b)',
  '/close\n/approve',
  '\n\n# headline\n- [ ] task',
  '‮txt.exe‬',
  '$\\alpha$ ~~gone~~ **bold** _it_',
  '&lt;b&gt;',
];

describe('foreign words in Markdown', () => {
  it.each(HOSTILE)('cannot act: %j', (words) => {
    const hostile: Change = {
      kind: 'update',
      app: words,
      definition: {},
      envFrom: [],
      fields: [{ field: words, before: words, after: { [words]: words } }],
      reason: words,
    };
    const markdown = planMarkdown(
      aReport(
        [aPlan('shop', { changes: [hostile], notes: [words] }), aPlan('far', { unread: words })],
        [{ severity: 'warning', source: words, line: 1, pointer: words, message: words }],
      ),
    );
    const outside = withoutCode(markdown);
    expect(outside.replace('<!-- microscaling plan -->', '')).not.toMatch(/<!--|<script|!\[|\]\(/);
    expect(outside).not.toMatch(/@[a-z]/i);
    expect(outside).not.toMatch(/(?<!&)#\d/);
    expect(markdown).not.toMatch(/^\/|‮/m);
    expect(outside.match(/<\/details>/g)?.length).toBe(2);
    expect(brokenRows(markdown)).toEqual([]);
  });

  it('keeps any name in one cell and one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (words) => {
        for (const shown of [code(words), text(words), htmlCode(words)]) {
          expect(shown).not.toMatch(/\n/);
          expect(shown.isWellFormed()).toBe(true);
        }
        expect(withoutCode(code(words))).not.toMatch(/\|/);
        expect(text(words).replace(/\\./g, '')).not.toMatch(/[|<>`]/);
      }),
    );
  });

  it('closes a block of code with a fence that is not in it', () => {
    const block = fenced('diff', ['- ```', '+ `````']).split('\n');
    expect(block[0]).toBe('``````diff');
    expect(block.at(-1)).toBe('``````');
  });
});

/** What is not in code: fenced blocks, code spans and code elements do nothing by definition. */
function withoutCode(markdown: string): string {
  return markdown
    .replace(/^(`{3,})\w*\n[\s\S]*?\n\1$/gm, '')
    .replace(/`[^`\n]+`/g, '')
    .replace(/<code>.*?<\/code>/g, '')
    .replace(/\\./g, '');
}

/** Rows of a table that have another number of cells than its head. */
function brokenRows(markdown: string): readonly number[] {
  return markdown
    .split('\n\n')
    .filter((part) => part.startsWith('|'))
    .flatMap((table) => {
      const widths = table.split('\n').map((row) => row.replace(/\\./g, '').split('|').length);
      return widths.filter((width) => width !== widths[0]);
    });
}

it('lists problems that no policy has by itself, once', () => {
  const missing = {
    ...full.troubles[0],
    app: '/mail/out',
    message: 'variable QUEUE is not set: set it where the operator is started',
  } as (typeof full.troubles)[number];
  const markdown = planMarkdown({ ...full, troubles: [...full.troubles, missing, missing] });
  expect(markdown).toMatch(/^### microscaling plan: 3 problems/m);
  expect(markdown.split('variable QUEUE is not set')).toHaveLength(2);
  expect(markdown.split('say adopt: true')).toHaveLength(planMarkdown(full).split('say adopt: true').length);
});
