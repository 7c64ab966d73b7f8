import { describe, expect, it } from 'vitest';
import { type Followed, follow } from '../../../src/cli/client/follow.ts';
import { OperatorRefusal, type WatchEvent } from '../../../src/cli/client/operator-client.ts';
import type { ApiObject } from '../../../src/cli/client/policy-object.ts';
import { TransientError } from '../../../src/runtime/errors.ts';

const thing = (name: string, resourceVersion: string): ApiObject => ({
  metadata: { name, namespace: 'default', resourceVersion },
});

type Step =
  | { readonly list: readonly ApiObject[]; readonly rv: string }
  /** An event of type ERROR holds a Status. */
  | { readonly watch: readonly WatchEvent<ApiObject | { readonly code: number }>[] }
  | Error;

/** An operator that answers as the script says, and then never again. */
function scripted(steps: readonly Step[]) {
  const paths: string[] = [];
  let at = 0;
  const next = (path: string): Step => {
    paths.push(path);
    const step = steps[at++];
    if (step === undefined) throw new Error('the script is over');
    if (step instanceof Error) throw step;
    return step;
  };
  const client = {
    async get(path: string) {
      const step = next(path);
      if (!('list' in step)) throw new Error(`not a list: ${path}`);
      return { metadata: { resourceVersion: step.rv }, items: step.list };
    },
    async *watch<T>(path: string): AsyncGenerator<WatchEvent<T>> {
      const step = next(path);
      if (!('watch' in step)) throw new Error(`not a watch: ${path}`);
      for (const event of step.watch) yield JSON.parse(JSON.stringify(event));
    },
  };
  return { client, paths };
}

async function followed(steps: readonly Step[]) {
  const { client, paths } = scripted(steps);
  const seen: Followed<ApiObject>[] = [];
  const notes: string[] = [];
  const clock = { now: () => 0, monotonic: () => 0, sleep: async () => undefined };
  const deps = { client, clock, note: (text: string) => void notes.push(text) };
  let failure: unknown;
  try {
    for await (const change of follow(
      { path: '/things', query: 'labelSelector=a' },
      deps,
      new AbortController().signal,
    ))
      seen.push(change);
  } catch (error) {
    failure = error;
  }
  return { seen, notes, paths, failure: String(failure) };
}

const a1 = thing('a', '1');
const a2 = thing('a', '2');
const lost = new TransientError('no operator answers');

describe('following', () => {
  it('goes on from where a watch ended', async () => {
    const { seen, paths } = await followed([
      { list: [a1], rv: '1' },
      {
        watch: [
          { type: 'MODIFIED', object: a2 },
          { type: 'BOOKMARK', object: thing('', '9') },
        ],
      },
      { watch: [{ type: 'DELETED', object: thing('a', '10') }] },
    ]);
    expect(seen.map(({ type }) => type)).toEqual(['list', 'changed', 'gone']);
    expect(paths.map((path) => /resourceVersion=(\d+)/.exec(path)?.[1])).toEqual([undefined, '1', '9', '10']);
    expect(paths.every((path) => path.startsWith('/things?labelSelector=a'))).toBe(true);
  });

  it('lists again when too much was missed', async () => {
    const gone = { type: 'ERROR', object: { code: 410 } } as const;
    const { seen } = await followed([
      { list: [a1], rv: '1' },
      { watch: [gone] },
      { list: [a2], rv: '2' },
      lost,
    ]);
    expect(seen).toEqual([
      { type: 'list', items: [a1] },
      { type: 'list', items: [a2] },
    ]);
  });

  it('waits for an operator that is restarted, and says so once', async () => {
    const refused = new OperatorRefusal('http://x', 503, { message: 'not ready' });
    const { seen, notes } = await followed([
      { list: [a1], rv: '1' },
      lost,
      lost,
      refused,
      { list: [a1], rv: '3' },
      { watch: [] },
    ]);
    expect(seen).toHaveLength(2);
    expect(notes).toEqual(['no operator answers; waiting for it…', 'the operator answers again']);
  });

  it('says at once when nobody answers at the beginning, and what was refused later', async () => {
    expect((await followed([lost])).failure).toContain('no operator answers');
    const refused = new OperatorRefusal('http://x', 401, { message: 'the token was revoked' });
    expect((await followed([{ list: [], rv: '1' }, { watch: [] }, refused])).failure).toContain(
      'the token was revoked',
    );
  });
});
