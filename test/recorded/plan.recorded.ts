// Every recorded app definition as a policy: does `validate` judge it as Marathon does, and does it come to rest?

import { describe, it } from 'vitest';
import { loadPolicies } from '../../src/app/policies/schema.ts';
import type { FieldDiff } from '../../src/core/change.ts';
import { diffDefinition } from '../../src/schedulers/marathon/definition/drift.ts';
import { fakeValues } from '../support/values.ts';
import {
  asOf14,
  asOf17,
  definitionOf,
  filled,
  type Json,
  mutations,
  observationOf,
  type RecordedDefinition,
} from './support/apps.ts';
import type { Difference } from './support/compare.ts';
import type { Floor } from './support/floors.ts';
import { recorded } from './support/recording.ts';
import { definitionsAlong, type RecordedScenario } from './support/scenario-definitions.ts';
import { Tally } from './support/tally.ts';
import { leftAfterUpdate } from './support/update.ts';

const records = recorded<RecordedDefinition>('definitions.jsonl') ?? [];
const accepted = records.filter(({ status }) => status === 201);
const refused = records.filter(({ status }) => status !== 201);
const values = fakeValues({});

/**
 * What a cluster of another kind takes: one with a feature, a role or a default network. The count stands beside the
 * definition, and half an upgradeStrategy is completed.
 */
const MAY_BE_TAKEN =
  /is not enabled|cannot have the role \*|can only contain \*|expected one of: \[|Network name must be specified|'m(ax|in)imum\w+' is undefined|"path":"\/instances"|Number of instances|"path":"\/id"/;

describe.skipIf(records.length === 0)('recorded definitions as policies', () => {
  it('that Marathon accepts are valid', () => {
    tally('accepted definitions, valid', 'validAccepted', accepted, (row) => errorsIn(row));
  });

  it('that Marathon refuses for certain are invalid', () => {
    const certain = refused.filter(({ refusal }) => !MAY_BE_TAKEN.test(JSON.stringify(refusal)));
    tally('certainly refused definitions, invalid', 'invalidRefused', certain, (row) =>
      errorsIn(row).length > 0 ? [] : [{ at: '', recorded: row.refusal, answered: 'valid' }],
    );
  });

  it.each([true, false])('plan nothing against their echo (created by us: %s)', (owned) => {
    const whose = owned ? 'created' : 'adopted';
    for (const [version, echoOf] of VERSIONS) {
      tally(`accepted definitions, settled, ${whose}, ${version}`, 'settled', accepted, (row) =>
        shown(diffDefinition(wanted(row), observationOf(echoOf(filled(row.echo ?? {})), owned), values)),
      );
    }
  });

  it.each([true, false])('see everything that is changed in their echo (created by us: %s)', (owned) => {
    const seen = new Tally(`changed echoes, seen, ${owned ? 'created' : 'adopted'}`, 'changesSeen');
    for (const row of accepted) {
      const definition = definitionOf(row);
      for (const { path, echo } of mutations(filled(row.echo ?? {}))) {
        const [field = ''] = path;
        if (isNobodys(path) || (!owned && !isNamed(field, definition))) continue;
        const found = diffDefinition(wanted(row), observationOf(echo, owned), values);
        const at = path.join('.');
        seen.add(
          `${row.name} ${at}`,
          found.length > 0 ? [] : [{ at, recorded: 'changed', answered: 'no difference' }],
        );
      }
    }
    seen.finish();
  });

  it('plan nothing after the recorded updates that make an app what they say', () => {
    const count = new Tally('recorded updates of one app, settled', 'updatesSettled');
    for (const scenario of recorded<RecordedScenario>('updates.jsonl') ?? []) {
      for (const { at, definition, echo } of definitionsAlong(scenario)) {
        for (const owned of [true, false]) {
          const app = observationOf(filled(echo), owned);
          count.add(
            `${scenario.name} ${at}`,
            shown(diffDefinition({ definition, envFrom: [] }, app, values)),
          );
        }
      }
    }
    count.finish();
  });

  it.each([true, false])('come to rest after one update (created by us: %s)', async (owned) => {
    const rest = new Tally(`updates, at rest after one, ${owned ? 'created' : 'adopted'}`, 'atRest');
    const rows = accepted.filter(({ flags }) => flags === undefined);
    for (const [i, row] of rows.entries()) {
      const before = rows[(i * 7 + 3) % rows.length];
      if (before !== undefined)
        rest.add(
          `${before.name} to ${row.name}`,
          await leftAfterUpdate({ definition: definitionOf(row), before: before.request, owned }),
        );
    }
    rest.finish();
  });
});

const VERSIONS: readonly (readonly [string, (echo: Json) => Json])[] = [
  ['1.11', (echo) => echo],
  ['as of 1.7', asOf17],
  ['as of 1.4', asOf14],
];

/** The count is the policy's elsewhere, a port is whatever was assigned, residency follows from the volumes. */
function isNobodys([field = '', ...rest]: readonly string[]): boolean {
  if (['id', 'instances', 'residency', 'role'].includes(field)) return true;
  // Without any it is the host's, as with it.
  if (field === 'networks' && rest.length === 0) return true;
  return ['port', 'servicePort'].includes(rest.at(-1) ?? '') && field !== 'healthChecks' && field !== 'check';
}

function isNamed(field: string, definition: Json): boolean {
  return definition[field] !== undefined && definition[field] !== null;
}

function wanted(row: RecordedDefinition): { definition: Json; envFrom: [] } {
  return { definition: definitionOf(row), envFrom: [] };
}

function errorsIn(row: RecordedDefinition): readonly Difference[] {
  const id = row.echo?.['id'] ?? row.request['id'];
  const app = {
    name: 'a',
    ...(typeof id === 'string' && { id }),
    priority: 1,
    remainder: {},
    app: definitionOf(row),
  };
  const policy = {
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name: 'shop' },
    spec: { capacity: { slots: 9 }, apps: [app] },
  };
  return loadPolicies(JSON.stringify(policy), 'f.json')
    .problems.filter(({ severity }) => severity === 'error')
    .map(({ pointer, message }) => ({ at: pointer, recorded: 'accepted', answered: message }));
}

function shown(diffs: readonly FieldDiff[]): readonly Difference[] {
  return diffs.map(({ field, before, after }) => ({ at: field, recorded: before, answered: after }));
}

function tally<T extends RecordedDefinition>(
  what: string,
  floor: Floor,
  rows: readonly T[],
  judge: (row: T) => readonly Difference[],
): void {
  const count = new Tally(what, floor);
  for (const row of rows) count.add(row.name, judge(row));
  count.finish();
}
