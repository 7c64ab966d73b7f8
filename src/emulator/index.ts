// emulator: what others may use.

export {
  createEmulator,
  type Emulator,
  type EmulatorOptions,
  type EmulatorStats,
} from './emulator.ts';
export { MemoryProcesses } from './mesos/memory-processes.ts';
export type { ProcessRunner, ProcessSpec, RunningProcess } from './mesos/process-runner.ts';
