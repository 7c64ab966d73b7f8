import { describe, expect, it } from 'vitest';
import { explanation } from '../../../src/server/api/explanation.ts';
import { aPolicyView, withApp } from '../../support/page/operator-views.ts';

describe('explanation', () => {
  const decided = aPolicyView('orders');

  it('says what is wanted and granted', () => {
    expect(explanation(decided, [])).toMatchObject({
      apps: decided.apps.map(({ name, wanted, granted, requested }) => ({
        name,
        wanted,
        granted,
        requested,
      })),
    });
  });

  it('leaves both out before the first decision, where nobody knows them, as the status does', () => {
    const { apps } = explanation(
      withApp(decided, (app) => ({ ...app, undecided: true })),
      [],
    ) as {
      apps: readonly Readonly<Record<string, unknown>>[];
    };
    expect(Object.keys(apps[0] ?? {})).toEqual(expect.arrayContaining(['requested', 'running']));
    expect(Object.keys(apps[0] ?? {})).not.toContain('wanted');
    expect(Object.keys(apps[0] ?? {})).not.toContain('granted');
  });
});
