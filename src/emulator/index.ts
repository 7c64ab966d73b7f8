// emulator: what others may use.

export { type ServerSettings, serverSettings } from './definition/settings.ts';
export {
  createEmulator,
  type Emulator,
  type EmulatorOptions,
  type EmulatorStats,
  type FaultSwitches,
} from './emulator.ts';
export { LOOKS, type Look } from './http/protocol/look.ts';
export { MemoryProcesses } from './mesos/memory-processes.ts';
export type { ProcessRunner, ProcessSpec, RunningProcess } from './mesos/process-runner.ts';
export type { Credentials } from './node/basic-auth.ts';
export type { FaultAnswer, FaultLock, FaultSettings } from './node/fault-settings.ts';
export { createGuardian, type GuardedProcess, type Guardian, terminate } from './processes/guardian.ts';
export { watchParent } from './processes/parent-watch.ts';
