// app: care for processes that this one starts, and for the one that started it, as the embedded server has it.

export { createGuardian, watchParent } from '../emulator/index.ts';
