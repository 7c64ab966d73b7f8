// cli: what people call the kinds that an operator serves, and where it serves them.

import { API_VERSION } from '../../api/policy.ts';
import { INTERVENTION_NAMES, type KindNames, POLICY_NAMES, POOL_NAMES } from '../../api/schema/crd.ts';
import type { PolicyDocument } from '../../app/policies/policy-documents.ts';
import { TerminalError } from '../../runtime/errors.ts';

const API = `/apis/${API_VERSION}`;

export const POLICY_KIND: KindNames = POLICY_NAMES;
const POOL_KIND: KindNames = POOL_NAMES;
export const INTERVENTION_KIND: KindNames = INTERVENTION_NAMES;

/** Short names of our own, besides those of the CRDs. */
const NICKNAMES: ReadonlyMap<string, KindNames> = new Map([
  ['policy', POLICY_KIND],
  ['policies', POLICY_KIND],
  ['pool', POOL_KIND],
  ['pools', POOL_KIND],
]);

/** `msp`, `MicroscalingPolicy`, `policies`, `pools`; undefined for what is no kind. */
export function kindNamed(word: string): KindNames | undefined {
  const lower = word.toLowerCase().replace(/\.microscaling\.io$/, '');
  const official = [POLICY_KIND, POOL_KIND, INTERVENTION_KIND].find(({ plural, singular, shortNames = [] }) =>
    [plural, singular, ...shortNames].includes(lower),
  );
  return official ?? NICKNAMES.get(lower);
}

/** One kind, and perhaps one object of it. */
export interface Target {
  readonly kind: KindNames;
  readonly namespace?: string;
  readonly name?: string;
}

/**
 * `pools`, `pool NAME`, `msp/NAME`, `NAME`, `NAMESPACE/NAME`; nothing means all policies. A word that is a kind is
 * one: a policy of that name is `policy/NAME`.
 *
 * @throws TerminalError for more words than that, and for two namespaces
 */
export function targetOf(words: readonly string[], namespace: string | undefined): Target {
  const [first, second, ...others] = words;
  if (others.length > 0) throw new TerminalError(`one name at a time: what is '${others.join(' ')}'?`);
  const given = namespace === undefined ? {} : { namespace };
  if (first === undefined) return { kind: POLICY_KIND, ...given };
  const kind = kindNamed(first);
  if (kind !== undefined)
    return second === undefined ? { kind, ...given } : { kind, ...named(second, namespace) };
  if (second !== undefined)
    throw new TerminalError(`'${first}' is no kind; there are policies (msp), pools and interventions (msi)`);
  const [prefix = '', rest = ''] = first.split(/\/(.*)/s);
  const prefixed = first.includes('/') ? kindNamed(prefix) : undefined;
  return prefixed === undefined
    ? { kind: POLICY_KIND, ...named(first, namespace) }
    : { kind: prefixed, ...named(rest, namespace) };
}

function named(
  name: string,
  namespace: string | undefined,
): { readonly namespace: string; readonly name: string } {
  const [first = '', second] = name.split(/\/(.*)/s);
  if (second === undefined) return { namespace: namespace ?? 'default', name };
  if (namespace !== undefined && namespace !== first)
    throw new TerminalError(`'${name}' is in namespace ${first}, but --namespace says ${namespace}`);
  return { namespace: first, name: second };
}

/**
 * Where a document belongs: in the namespace that it says itself.
 *
 * @throws TerminalError for one that says another namespace than --namespace
 */
export function targetOfDocument(
  { kind: word, name, object, place }: Pick<PolicyDocument, 'kind' | 'name' | 'object' | 'place'>,
  given: string | undefined,
): Required<Target> {
  const { namespace: own } = (object['metadata'] ?? {}) as { readonly namespace?: string };
  if (own !== undefined && given !== undefined && own !== given)
    throw new TerminalError(`${place}: the namespace is ${own}, but --namespace says ${given}`);
  return { kind: kindNamed(word) ?? POLICY_KIND, namespace: own ?? given ?? 'default', name };
}

/** Of all of a kind, of a namespace's, or of one object. */
export function pathOf({ kind, namespace, name }: Target): string {
  const below = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  const one = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  return `${API}${below}/${kind.plural}${one}`;
}

/** `microscalingpolicy/shop`, as kubectl prints it. */
export function titleOf(kind: KindNames, name: string): string {
  return `${kind.singular}/${name}`;
}
