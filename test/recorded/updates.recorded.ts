// Every recorded scenario of updates, step by step: each is answered like the real Marathon answered it.

import { describe, it } from 'vitest';
import { Bindings } from './support/compare.ts';
import { DELIBERATE } from './support/deliberate.ts';
import { recorded } from './support/recording.ts';
import { play, type RecordedStep } from './support/step.ts';
import { Tally } from './support/tally.ts';
import { aWireServer, type WireAnswer } from './support/wire.ts';

interface Scenario {
  readonly name: string;
  readonly flags?: readonly string[];
  /** Whether the update replaces the tasks of the app. */
  readonly restarted?: boolean;
  /** Indices of steps that came out differently in other recordings. */
  readonly unstableSteps?: readonly number[];
  readonly steps: readonly RecordedStep[];
}

const scenarios = recorded<Scenario>('updates.jsonl');

describe.skipIf(scenarios === undefined)('recorded updates', () => {
  it('are answered step by step like the real Marathon answers them', async () => {
    const steps = new Tally('update steps', 'updateSteps');
    const restarts = new Tally('updates, tasks replaced or kept', 'updateRestarts');
    let deliberate = 0;
    for (const scenario of scenarios ?? []) {
      const server = await aWireServer(scenario.flags);
      const bindings = new Bindings();
      const answers: WireAnswer[] = [];
      for (const [index, step] of scenario.steps.entries()) {
        const { answer, found } = await play(server, step, bindings);
        answers.push(answer);
        if (scenario.unstableSteps?.includes(index)) continue;
        if (found === undefined) deliberate++;
        else steps.add(`${scenario.name}, step ${index}: ${nameOf(step)}`, found);
      }
      await server.close();
      if (scenario.restarted === undefined) continue;
      const replaced = tasksReplaced(answers);
      const difference = { at: 'restarted', recorded: scenario.restarted, answered: replaced };
      restarts.add(scenario.name, replaced === scenario.restarted ? [] : [difference]);
    }
    const names = DELIBERATE.map(({ name }) => name).join('; ');
    console.log(`recorded: update steps: ${deliberate} differ on purpose (${names})`);
    steps.finish();
    restarts.finish();
  });
});

function nameOf({ request: { method, path, query } }: RecordedStep): string {
  return `${method} ${path}${query === undefined ? '' : `?${query}`}`;
}

/** By the lists of tasks before and after the update. */
function tasksReplaced(answers: readonly WireAnswer[]): boolean {
  const [before = [], after = []] = answers
    .map(({ body }) => taskIdsIn(body))
    .filter((ids) => ids !== undefined);
  return !before.some((id) => after.includes(id));
}

function taskIdsIn(body: unknown): readonly string[] | undefined {
  if (typeof body !== 'object' || body === null || !('tasks' in body) || !Array.isArray(body.tasks))
    return undefined;
  return body.tasks.map(({ id }: { readonly id: string }) => id);
}
