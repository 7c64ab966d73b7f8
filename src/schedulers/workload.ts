// schedulers: who a workload is, whichever scheduler runs it.

/** Three parts that name one workload among all that an operator knows. */
export interface WorkloadIdentity {
  /** The scheduler's name for people: `Marathon`. */
  readonly scheduler: string;
  /** As `SchedulerClusters.idOf` has it: the same however the cluster is spelled. */
  readonly cluster: string;
  /** Its name in its cluster. */
  readonly name: string;
}

/** Equal for two identities that mean one workload, and for no others. */
export function workloadKey({ scheduler, cluster, name }: WorkloadIdentity): string {
  return JSON.stringify([scheduler, cluster, name]);
}
