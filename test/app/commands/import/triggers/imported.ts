// A trigger of KEDA as `import keda` takes it over: its target, what is said of it, and whether what was written is valid.

import { importDocuments, problemsOf } from '../../../../../src/app/commands/import/keda.ts';

interface ImportedTrigger {
  /** Of the app's targets; undefined where the trigger became none. */
  readonly target: { readonly perInstance: number; readonly metric: object } | undefined;
  /** Of the policy. */
  readonly interval: string | undefined;
  /** `spec.triggers[0].metadata.name: what becomes of it`. */
  readonly said: readonly string[];
  readonly text: string;
  readonly problems: readonly string[];
}

/** @param authentication `spec` of the TriggerAuthentication `auth` */
export function importedTrigger(trigger: object, authentication?: object): ImportedTrigger {
  const apiVersion = 'keda.sh/v1alpha1';
  const reference = authentication === undefined ? {} : { authenticationRef: { name: 'auth' } };
  const { policies, notes, text } = importDocuments([
    {
      apiVersion,
      kind: 'ScaledObject',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { scaleTargetRef: { name: 'web' }, triggers: [{ ...trigger, ...reference }] },
    },
    ...(authentication === undefined
      ? []
      : [
          {
            apiVersion,
            kind: 'TriggerAuthentication',
            metadata: { name: 'auth', namespace: 'shop' },
            spec: authentication,
          },
        ]),
  ]);
  const [policy] = policies as readonly {
    readonly spec: {
      readonly interval?: string;
      readonly apps: readonly { readonly targets?: readonly ImportedTrigger['target'][] }[];
    };
  }[];
  return {
    target: policy?.spec.apps[0]?.targets?.[0],
    interval: policy?.spec.interval,
    said: notes.map(({ field, message }) => `${field}: ${message}`),
    text,
    problems: problemsOf(text),
  };
}
