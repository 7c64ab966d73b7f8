// test support: policies as people write them, for operators and Marathons that are real processes. Rounds follow fast.

/** A task that costs nothing. */
export const TASK = '{ cmd: exec sleep 1000, user: nobody, cpus: 0.01, mem: 8 }';

/** @param apps items of `apps`, such as those below, with further fields of the spec after them where there are any */
export function policyText(name: string, slots: number, ...apps: readonly string[]): string {
  return `apiVersion: microscaling.io/v1alpha1
kind: MicroscalingPolicy
metadata: { name: ${name} }
spec:
  interval: 200ms
  capacity: { slots: ${slots} }
  apps:
${apps.join('')}`;
}

/** `worker`, which needs exactly three instances. */
export function steadyWorker(max = 6): string {
  return `  - name: worker
    priority: 1
    instances: { min: 1, max: ${max} }
    targets: [{ perInstance: 1, metric: { random: { min: 3, max: 3, period: 10s, seed: 1 } } }]
    app: ${TASK}
`;
}

/** `worker`, which always needs ten instances or more. */
export function busyWorker(max: number, task = TASK): string {
  return `  - name: worker
    priority: 1
    instances: { min: 1, max: ${max} }
    targets:
    - perInstance: 10
      metric: { random: { min: 100, max: 200, period: 1s, seed: 1 } }
    app: ${task}
`;
}

/** `rest`, which takes what nobody above it needs. */
export function rest(task = TASK): string {
  return `  - name: rest
    priority: 2
    instances: { min: 1 }
    remainder: { weight: 1 }
    app: ${task}
`;
}

export function fixedApp(name: string, count = 1, task = TASK): string {
  return `  - { name: ${name}, instances: { fixed: ${count} }, app: ${task} }
`;
}
