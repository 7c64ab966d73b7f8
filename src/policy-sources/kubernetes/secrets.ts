// policy-sources/kubernetes: the Secrets that policies name, kept in memory and read anew every now and then, so that
// they are there where a value is used, and a rotation is seen soon.

import type { Clock } from '../../runtime/clock.ts';
import { messageOf, TerminalError } from '../../runtime/errors.ts';
import type { KubeApi } from '../../runtime/kubernetes/api.ts';
import { isStatus } from '../../runtime/kubernetes/failure.ts';
import { eachOf } from '../each.ts';
import type { SecretRef } from './references.ts';

/** Base64, by key. */
type Data = Readonly<Record<string, string>>;

type Known = { readonly data: Data } | { readonly problem: string };

/** A person who has just created the missing one is waiting. */
const RETRY_MS = 4_000;
/** One that is there is read anew with every so many of those looks. */
const LOOKS_PER_REFRESH = 5;

/** An earlier version that goes on, and an app that is being released, need Secrets that no object names; an hour apart at most. */
const FORGET_AFTER_MS = 7_200_000;
/** Read with the next look. */
const UNREAD: Known = { problem: 'it was not read yet' };

export class Secrets {
  readonly #api: KubeApi;
  readonly #clock: Clock;
  /** By `namespace/name`. */
  #known = new Map<string, Known>();
  /** When a value was last asked for, by the same names. */
  readonly #askedAtMs = new Map<string, number>();

  constructor(api: KubeApi, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  /** Keeps what these name and what is still asked for, and nothing else; what is new is read first. */
  async follow(refs: readonly SecretRef[], signal: AbortSignal): Promise<void> {
    const named = new Set(refs.map(nameOf));
    const inUseMs = this.#clock.monotonic() - FORGET_AFTER_MS;
    for (const [name, atMs] of this.#askedAtMs) if (atMs < inUseMs) this.#askedAtMs.delete(name);
    const kept = [...this.#known].filter(([name]) => named.has(name) || this.#askedAtMs.has(name));
    this.#known = new Map(kept);
    const unknown = [...named].filter((name) => !this.#known.has(name));
    await eachOf(unknown, (name) => this.#read(name, signal));
  }

  /** Resolves when aborted. */
  async run(signal: AbortSignal): Promise<void> {
    for (let look = 1; !signal.aborted; look += 1) {
      await this.#clock.sleep(RETRY_MS, signal).catch(() => undefined);
      if (signal.aborted) return;
      const all = look % LOOKS_PER_REFRESH === 0;
      await (all ? this.refresh(signal) : this.#retry(signal)).catch(() => undefined);
    }
  }

  async refresh(signal: AbortSignal): Promise<void> {
    await eachOf([...this.#known.keys()], (name) => this.#read(name, signal));
  }

  /** @throws TerminalError naming the Secret and the key, never a value */
  value(ref: SecretRef): string {
    const { namespace, name, key } = ref;
    const what = `secret ${name} in namespace ${namespace}`;
    const id = nameOf(ref);
    this.#askedAtMs.set(id, this.#clock.monotonic());
    const known = this.#known.get(id) ?? UNREAD;
    this.#known.set(id, known);
    if ('problem' in known) throw new TerminalError(`${what}: ${known.problem}`);
    if (!Object.hasOwn(known.data, key)) throw new TerminalError(`${what} has no key ${key}; add it`);
    // As with files: the line end that an editor left is no part of the value.
    const value = Buffer.from(known.data[key] ?? '', 'base64')
      .toString('utf8')
      .replace(/(\r?\n)+$/, '');
    if (value === '') throw new TerminalError(`${what}: key ${key} is empty; put the value into it`);
    return value;
  }

  async #retry(signal: AbortSignal): Promise<void> {
    const missing = [...this.#known].filter(([, known]) => 'problem' in known);
    await eachOf(missing, ([name]) => this.#read(name, signal));
  }

  async #read(id: string, signal: AbortSignal): Promise<void> {
    const [namespace, name] = id.split('/');
    try {
      const secret = await this.#api.get(
        { group: '', version: 'v1', resource: 'secrets', namespace, name },
        signal,
      );
      this.#known.set(id, { data: (secret['data'] ?? {}) as Data });
    } catch (error) {
      signal.throwIfAborted();
      const gone = isStatus(error, 404) || isStatus(error, 403);
      const known = this.#known.get(id);
      // The last good value serves while the cluster cannot be reached.
      if (known !== undefined && 'data' in known && !gone) return;
      const problem = isStatus(error, 404) ? 'there is none; create it there' : messageOf(error);
      this.#known.set(id, { problem });
    }
  }
}

function nameOf({ namespace, name }: SecretRef): string {
  return `${namespace}/${name}`;
}
