// The operator as an on-call engineer sees it: scraped by a real Prometheus, with the shipped rules.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, run } from '../../support/programs/command.ts';
import { Laptop, type MarathonServer, type Operator, untilCount } from '../../support/programs/laptop.ts';
import { busyWorker, policyText, rest } from '../../support/programs/policies.ts';
import {
  type Prometheus,
  prometheusMissing,
  promtool,
  type Series,
  startPrometheus,
} from '../../support/programs/prometheus.ts';
import { until } from '../../support/until.ts';

/** The worker wants ten of six slots, of which the rest keeps one. */
const SHOP = policyText('shop', 6, busyWorker(10), rest());

const skipped = prometheusMissing();

/** They ask no operator. */
const LOCAL: ReadonlySet<string> = new Set(['doctor', 'plan', 'read', 'validate']);

/** What runbooks tell people to type, without the program's name: what asks, and what changes something. */
function runbookCommands(): readonly [readonly string[], readonly string[]] {
  const folder = join(ROOT, 'docs/runbooks');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const texts = files
    .filter((name) => name.endsWith('.md'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
  const told = texts.flatMap((text) =>
    [...text.matchAll(/`microscaling (get|\w+ [^`]+)`/g)].map(([, words = '']) =>
      words.replace(/ --reason "[^"]*"$/, '').replace('--since 12h', '--since 2h'),
    ),
  );
  const all = [...new Set(told)].sort();
  const changes = (words: string): boolean => /^(override|pause|resume)/.test(words);
  return [all.filter((words) => !changes(words)), all.filter(changes)];
}

describe.skipIf(skipped)('deploy/prometheus', () => {
  it.each([
    [['check', 'rules', 'rules.yaml']],
    [['check', 'config', 'prometheus.yaml']],
    [['test', 'rules', 'rules-test.yaml']],
  ])('passes promtool %j', (args) => {
    expect(promtool(args)).toContain('SUCCESS');
  });
});

describe.skipIf(skipped)('a Prometheus', { concurrent: false }, () => {
  const laptop = new Laptop();
  const policy = laptop.path('policies', 'shop.yaml');
  let marathon: MarathonServer;
  let operator: Operator;
  let prometheus: Prometheus;

  beforeAll(async () => {
    mkdirSync(laptop.path('policies'));
    writeFileSync(policy, SHOP);
    marathon = await laptop.marathon();
    operator = await laptop.operator({
      policies: laptop.path('policies'),
      marathon: marathon.url,
      more: ['--data', laptop.path('data')],
    });
    prometheus = await startPrometheus(new URL(operator.page).host, laptop.path('prometheus'));
    await untilCount(marathon, '/shop/worker', 5);
  });
  afterAll(async () => {
    await prometheus?.stop();
    await laptop.end();
  });

  /** Waits for an expression to give exactly this. */
  const gives = (expression: string, value: number): Promise<readonly Series[]> =>
    until(`${expression} to give ${value}`, async () => {
      const series = await prometheus.query(expression);
      return series.length === 1 && series[0]?.value === value && series;
    });

  it('finds the operator up, and the rules in order', async () => {
    await gives('up{job="microscaling"}', 1);
    await gives('microscaling_ready', 1);
    await gives('microscaling_scheduler_up', 1);
    const rules = await until('every rule to be evaluated', async () => {
      const { groups } = await prometheus.ask<{
        groups: readonly { rules: readonly { name: string; health: string }[] }[];
      }>('/api/v1/rules');
      const all = groups.flatMap((group) => group.rules);
      return all.every(({ health }) => health !== 'unknown') && all;
    });
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
    expect(rules.length).toBeGreaterThan(10);
  });

  it("has Marathon's counts, what is wanted, and what the pool lacks", async () => {
    await gives('microscaling_app_running_instances{app="/shop/worker"}', 5);
    await gives('microscaling_app_requested_instances{app="/shop/rest"}', 1);
    await gives('microscaling_app_wanted_instances{app="/shop/worker"}', 10);
    await gives('microscaling_app_granted_instances{app="/shop/worker"}', 5);
    await gives('microscaling_pool_shortage_instances{pool="default/shop"}', 5);
    await gives('microscaling_policies{ready="true"}', 1);
    const value = await until(
      'a value',
      async () => (await prometheus.query('microscaling_app_metric_value{app="/shop/worker"}'))[0],
    );
    expect(value?.value).toBeGreaterThanOrEqual(100);
    expect(value?.labels).toMatchObject({ policy: 'default/shop', target: '0', unit: 'messages' });
  });

  it('has what was done, and that it goes on', async () => {
    await gives('microscaling_changes_total{kind="create",result="accepted"}', 2);
    const writes = 'sum(microscaling_scheduler_requests_total{method=~"POST|PUT",outcome="ok"})';
    // Of one scrape.
    await gives(`${writes} - sum(microscaling_changes_total{result="accepted"})`, 0);
    await until('rounds to go on', async () => {
      const [rate] = await prometheus.query('rate(microscaling_round_duration_seconds_count[5s])');
      return (rate?.value ?? 0) > 1;
    });
  });

  it('finds names and types that promtool has nothing against', async () => {
    const text = await (await fetch(`${operator.page}/metrics`)).text();
    const ours = text.split('\n').filter((line) => /^(# (HELP|TYPE) )?microscaling_/.test(line));
    expect(ours.length).toBeGreaterThan(50);
    expect(promtool(['check', 'metrics'], `${ours.join('\n')}\n`)).toBe('');
  });

  it('answers every question of the dashboard for Grafana', async () => {
    const json = readFileSync(join(ROOT, 'deploy/grafana/microscaling.json'), 'utf8');
    const expressions = [...json.matchAll(/"expr": ("(?:[^"\\]|\\.)*")/g)].map(
      ([, text = '']) => JSON.parse(text) as string,
    );
    expect(expressions.length).toBeGreaterThan(15);
    for (const expression of expressions) {
      const asked = expression
        .replaceAll('$policy', '.*')
        .replaceAll('$app', '/shop/worker')
        .replaceAll(/\$__(rate_)?interval/g, '10s');
      const mayBeSilent = /decisions_total|metric_target/.test(asked);
      // A rate wants two scrapes. There may be no change just now, and a share per instance has no target.
      if (mayBeSilent) await prometheus.query(asked);
      else await until(`an answer to ${asked}`, async () => (await prometheus.query(asked)).length > 0);
    }
  });

  it('is followed by runbooks whose commands work in that trouble', { timeout: 240_000 }, async () => {
    const [asking, intervening] = runbookCommands();
    const answers = await Promise.all(asking.map(typed));
    for (const told of intervening) answers.push(await typed(told));
    expect(answers.length).toBeGreaterThan(12);
    expect(answers.filter(({ isFine }) => !isFine)).toEqual([]);
    const described = answers.find(({ told }) => told === 'describe NAME');
    expect(described?.text).toMatch(/ScalingLimited +True +\d+[smh] +AtCapacity/);
  });

  /** As somebody types it who was woken up by the alert. */
  async function typed(told: string) {
    const filled = told
      .replaceAll('NAME', 'shop')
      .replaceAll('APP', 'worker')
      .replace('URL', marathon.url)
      .replace(/\b(FILE|new\.yaml)\b/, policy)
      .replace('02:10', '-1s')
      .replace('=8 ', '=4 ');
    const args = filled.split(' ');
    const { code, stdout, stderr } = LOCAL.has(args[0] ?? '') ? await run(args) : await operator.ask(...args);
    const text = stdout + stderr;
    // A plan with changes ends with 2. Of made-up demand nobody knows how fast an instance works.
    const isFine =
      code === 0 ||
      (args[0] === 'plan' && code === 2) ||
      (args[0] === 'replay' && text.includes('say it with --service-rate'));
    return { told, isFine, code, text };
  }

  it('loses the series of a policy that is removed', async () => {
    rmSync(policy);
    await until('no series of the policy', async () => {
      const series = await prometheus.query('{__name__=~"microscaling_.+", policy="default/shop"}');
      const pools = await prometheus.query('{__name__=~"microscaling_.+", pool="default/shop"}');
      return series.length + pools.length === 0;
    });
    await gives('up{job="microscaling"}', 1);
  });
});
