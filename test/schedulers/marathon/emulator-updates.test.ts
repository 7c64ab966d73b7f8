// From any of the published definitions to any other, on the embedded server: after one update nothing is left to do.

import { describe, expect, it } from 'vitest';
import { leftAfterUpdate } from '../../recorded/support/update.ts';
import { PUBLISHED } from '../../support/marathon/published.ts';

/** Takes a role that the embedded server has not. */
const definitions = PUBLISHED.filter(({ request }) => request['role'] === undefined);

const pairs = definitions.flatMap((from) => definitions.map((to) => ({ from, to })));

describe.each([true, false])('one update of an app (created by us: %s)', (owned) => {
  it.each(pairs)('from $from.name to $to.name is enough', async ({ from, to }) => {
    expect(await leftAfterUpdate({ definition: to.request, before: from.request, owned })).toEqual([]);
  });
});
