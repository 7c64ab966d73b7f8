// app: hands the tutorial's programs to the command line.

export { PROGRAM_NAMES, runProgram } from '../programs/main.ts';
