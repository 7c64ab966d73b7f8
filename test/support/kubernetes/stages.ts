// test support: how pods of a pretended node go on: ready after a moment, gone a moment after they were told to stop. A label
// has one crash at once, or never become ready.

/** Labels of a pod, and what it does then. */
export const CRASHES = 'microscaling.test/crashes';
export const NEVER_READY = 'microscaling.test/never-ready';

const DELAY_MS = 200;

function stage(name: string, selector: readonly string[], next: readonly string[]): string {
  return [
    'apiVersion: kwok.x-k8s.io/v1alpha1',
    'kind: Stage',
    `metadata: { name: ${name} }`,
    'spec:',
    '  resourceRef: { apiGroup: v1, kind: Pod }',
    '  selector:',
    '    matchExpressions:',
    ...selector.map((line) => `    - ${line}`),
    `  delay: { durationMilliseconds: ${DELAY_MS}, jitterDurationMilliseconds: ${DELAY_MS} }`,
    '  next:',
    ...next.map((line) => `    ${line}`),
  ].join('\n');
}

const STAYS = `{ key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' }`;
const PENDING = `{ key: '.status.phase', operator: 'In', values: ['Pending'] }`;
const NOT_READY = `{ key: '.status.conditions.[] | select( .type == "Ready" ) | .status', operator: 'NotIn', values: ['True'] }`;

function labelled(name: string, operator: 'Exists' | 'DoesNotExist'): string {
  return `{ key: '.metadata.labels["${name}"]', operator: '${operator}' }`;
}

function status(ready: boolean, state: string, phase: string): readonly string[] {
  const is = ready ? 'True' : 'False';
  return [
    'statusTemplate: |',
    '  {{ $now := Now }}',
    '  conditions:',
    ...['Initialized', 'Ready', 'ContainersReady'].map(
      (type) =>
        `  - { lastTransitionTime: {{ $now | Quote }}, status: "${type === 'Initialized' ? 'True' : is}", type: ${type} }`,
    ),
    '  containerStatuses:',
    '  {{ range .spec.containers }}',
    '  - image: {{ .image | Quote }}',
    '    name: {{ .name | Quote }}',
    `    ready: ${ready}`,
    '    restartCount: 0',
    `    state: ${state}`,
    '  {{ end }}',
    '  podIP: 127.0.0.1',
    `  phase: ${phase}`,
    '  startTime: {{ $now | Quote }}',
  ];
}

const RUNS = '{ running: { startedAt: {{ $now | Quote }} } }';
const CRASHED =
  '{ waiting: { reason: CrashLoopBackOff, message: "back-off 40s restarting failed container" } }';

/** A node is ready as soon as it is there; its lease says that it stays so. */
const NODE_STAGE = [
  'apiVersion: kwok.x-k8s.io/v1alpha1',
  'kind: Stage',
  'metadata: { name: node-ready }',
  'spec:',
  '  resourceRef: { apiGroup: v1, kind: Node }',
  '  selector:',
  '    matchExpressions:',
  `    - ${NOT_READY}`,
  '  next:',
  '    statusTemplate: |',
  '      {{ $now := Now }}',
  '      conditions:',
  '      {{ range NodeConditions }}',
  '      - lastHeartbeatTime: {{ $now | Quote }}',
  '        lastTransitionTime: {{ $now | Quote }}',
  '        message: {{ .message | Quote }}',
  '        reason: {{ .reason | Quote }}',
  '        status: {{ .status | Quote }}',
  '        type: {{ .type | Quote }}',
  '      {{ end }}',
  '      phase: Running',
].join('\n');

export const STAGES = [
  NODE_STAGE,
  stage(
    'pod-ready',
    [STAYS, PENDING, NOT_READY, labelled(CRASHES, 'DoesNotExist'), labelled(NEVER_READY, 'DoesNotExist')],
    status(true, RUNS, 'Running'),
  ),
  stage('pod-starts', [STAYS, PENDING, labelled(NEVER_READY, 'Exists')], status(false, RUNS, 'Running')),
  stage('pod-crashes', [STAYS, PENDING, labelled(CRASHES, 'Exists')], status(false, CRASHED, 'Running')),
  stage('pod-delete', [`{ key: '.metadata.deletionTimestamp', operator: 'Exists' }`], ['delete: true']),
].join('\n---\n');
