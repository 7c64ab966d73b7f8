// cli: the reference pages, by path from the root: made from the same tables as the program itself.

import { CONDITION_REASONS, CONDITION_TYPES } from '../../api/conditions.ts';
import { interventionSchema } from '../../api/schema/schema.ts';
import { DEFINITION_RULES } from '../../api/trust/definition/table.ts';
import { CONDITION_MEANINGS, REASON_MEANINGS } from '../../api/words/condition-words.ts';
import { policySchema, poolSchema } from '../../app/policies/schema.ts';
import { DESCRIPTIONS } from '../../server/metrics/metrics.ts';
import { COMMANDS } from '../commands.ts';
import { commandSection, settingsTable } from './commands.ts';
import { fieldsOf, SHARED_SHAPES } from './fields.ts';
import { code, heading, page, table } from './markdown.ts';

const FOLDER = 'docs/reference';

export function referencePages(): ReadonlyMap<string, string> {
  return new Map([
    [`${FOLDER}/fields.md`, fieldsPage()],
    [`${FOLDER}/conditions.md`, conditionsPage()],
    [`${FOLDER}/commands.md`, commandsPage()],
    [`${FOLDER}/metrics.md`, metricsPage()],
    [`${FOLDER}/trust.md`, trustPage()],
  ]);
}

function fieldsPage(): string {
  return page('Fields', [
    'Every field of the resources, in the order of the schema. `microscaling schema` prints the schema itself.',
    fieldsOf('MicroscalingPolicy', policySchema),
    fieldsOf('CapacityPool', poolSchema),
    fieldsOf('Intervention', interventionSchema),
    SHARED_SHAPES,
  ]);
}

function conditionsPage(): string {
  const types = CONDITION_TYPES.map((type) => [code(type), CONDITION_MEANINGS[type]]);
  const reasons = CONDITION_REASONS.map((reason) => {
    const { of, meaning } = REASON_MEANINGS[reason];
    return [code(reason), of.length === CONDITION_TYPES.length ? 'any' : of.map(code).join(', '), meaning];
  });
  return page('Conditions', [
    'What `status.conditions` of a policy may say. Both lists are closed: alerts may rely on them.',
    heading(2, 'Types'),
    table(['type', 'True means'], types),
    heading(2, 'Reasons'),
    table(['reason', 'condition', 'meaning'], reasons),
  ]);
}

function commandsPage(): string {
  return page('Commands', [
    'Flags win over the environment, the environment over the file of `--config`.',
    heading(2, 'Commands'),
    ...COMMANDS.map(commandSection),
    heading(2, 'Options outside of the command line'),
    settingsTable(),
  ]);
}

function trustPage(): string {
  const rows = DEFINITION_RULES.map(({ fields, what, allowed, why }) => [
    fields,
    what,
    allowed === 'never' || allowed === 'always' ? allowed : code(allowed),
    why,
  ]);
  return page('Trust', [
    'What becomes of an app definition (`app`) in a policy from git, the API or Kubernetes. Policies of a folder are the ' +
      "administrator's own, and nothing here is about them. `validate --untrusted` checks files by the same rules.",
    'A field that stands in no row concerns the app alone (`cmd`, `cpus`, `env`, …) and is allowed. `null` is not given.',
    table(['field', 'what', 'allowed by', 'why'], rows),
  ]);
}

function metricsPage(): string {
  const rows = DESCRIPTIONS.map(({ name, type, labelNames, help }) => [
    code(name),
    type,
    labelNames.map(code).join(', '),
    help,
  ]);
  return page('Metrics', [
    'What `/metrics` serves, beside the figures of the process. What is unknown has no sample: it is never a zero.',
    table(['metric', 'type', 'labels', 'meaning'], rows),
  ]);
}
