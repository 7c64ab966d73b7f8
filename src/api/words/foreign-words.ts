// api: names that people know from KEDA and from the HorizontalPodAutoscaler, and what they are called here.

const OURS: ReadonlyMap<string, string> = new Map([
  ['triggers', "KEDA's triggers are spec.apps[].targets here"],
  [
    'scaleTargetRef',
    'what is scaled is an app here: spec.apps[].id, or its definition under spec.apps[].app',
  ],
  ['minReplicas', 'it is spec.apps[].instances.min here'],
  ['minReplicaCount', 'it is spec.apps[].instances.min here'],
  ['maxReplicas', 'it is spec.apps[].instances.max here'],
  ['maxReplicaCount', 'it is spec.apps[].instances.max here'],
  ['idleReplicaCount', 'it is spec.apps[].instances.min: 0 here'],
  ['replicas', 'it is spec.apps[].instances here: min and max, or fixed'],
  ['pollingInterval', 'it is spec.interval here, a duration such as 500ms'],
  ['cooldownPeriod', 'it is spec.apps[].behavior.giveBackAfter here, a duration such as 10s'],
  ['fallback', 'it is spec.apps[].behavior.onMetricFailure here'],
  ['metrics', 'they are spec.apps[].targets here, each with its metric'],
  ['queueLength', 'it is spec.apps[].targets[].queueLength here'],
  [
    'authenticationRef',
    'credentials are references in the metric here, such as accountKey: { fromEnv: NAME }',
  ],
  [
    'advanced',
    "the HorizontalPodAutoscaler's behavior is spec.apps[].behavior here, and the formula of scalingModifiers spec.apps[].formula",
  ],
  [
    'scalingModifiers',
    'it is spec.apps[].formula here, an expression over the names of targets: each is the count of instances that its target wants',
  ],
  ['activationThreshold', 'it is spec.apps[].targets[].activateAt here: no first instance up to this'],
]);

/** What to write here instead; undefined for a name that nobody else has. */
export function knownElsewhere(field: string): string | undefined {
  return OURS.get(field);
}
