// The dashboard as Grafana reads it: what a real Prometheus says to its questions is in test/e2e/operator/prometheus.test.ts.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../support/programs/command.ts';

interface Panel {
  readonly title: string;
  readonly description?: string;
  readonly targets?: readonly { readonly refId: string; readonly expr: string }[];
  readonly fieldConfig?: {
    readonly overrides: readonly { readonly matcher: { readonly options: string } }[];
  };
}

const { panels }: { panels: readonly Panel[] } = JSON.parse(
  readFileSync(join(ROOT, 'deploy/grafana/microscaling.json'), 'utf8'),
);

describe('the dashboard for Grafana', () => {
  // Grafana escapes the values of a variable that may have several for a pattern: /shop/worker.v2 becomes worker\\.v2.
  it('asks for the values of its variables by a pattern', () => {
    const exprs = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    const compared = exprs.flatMap((expr) => [...expr.matchAll(/([!=~]+)"\$(?:app|policy)"/g)]);
    expect(compared.length).toBeGreaterThan(5);
    expect(compared.filter(([, operator]) => operator !== '=~')).toEqual([]);
  });

  it('has on the right axis what a description says is there', () => {
    const told = panels.filter(({ description }) => description?.includes('on the right'));
    expect(told.map(({ title }) => title)).toEqual(['Memory and processor of the operator']);
    for (const { targets = [], fieldConfig } of told) {
      const right = fieldConfig?.overrides.map(({ matcher }) => matcher.options) ?? [];
      const onRight = targets.filter(({ refId }) => right.includes(refId)).map(({ expr }) => expr);
      expect(onRight).toEqual([expect.stringContaining('process_cpu_seconds_total')]);
    }
  });
});
