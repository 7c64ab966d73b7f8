// app: the variables that the administrator's own policies take plain values from. An app may be given the same one in
// its environment, and it is no secret for that: the name of a queue stays readable.

import type { LoadResult } from '../../api/load.ts';
import { referencesIn } from '../../api/trust/references.ts';

/** Names and addresses of the operator's own, which its metric sources and its demo read by default. */
const OWN = [
  'AZURE_STORAGE_ACCOUNT_NAME',
  'AZURE_STORAGE_QUEUE_ENDPOINT',
  'AZURE_STORAGE_QUEUE_NAME',
] as const;

type Load = (text: string, source: string) => LoadResult;

/** Untrusted policies have no say here: naming a secret's variable as a queue's name does not unmask it. */
export class PlainVariables {
  readonly #names = new Set<string>(OWN);

  has(variable: string): boolean {
    return this.#names.has(variable);
  }

  /** The same loader, of texts that are the administrator's own. */
  learningFrom(load: Load): Load {
    return (text, source) => {
      const result = load(text, source);
      for (const { resource } of result.resources) this.#learn(resource.spec);
      return result;
    };
  }

  #learn(spec: unknown): void {
    for (const { kind, name, use } of referencesIn(spec))
      if (kind === 'fromEnv' && use === 'plain') this.#names.add(name);
  }
}
