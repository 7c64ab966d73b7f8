// The README's shell blocks, in order and as they are typed: other ports and other files, nothing else.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { kubectlMissing, kubectlPrograms } from '../../support/kubernetes/kubectl.ts';
import { pathWithCommand, ROOT } from '../../support/programs/command.ts';
import { shellBlocks, Terminal } from '../../support/programs/shell-blocks.ts';
import { freePort } from '../../support/suite/free-port.ts';
import { until } from '../../support/until.ts';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** What is not typed here, and why. */
const NOT_RUN: readonly (readonly [RegExp, string])[] = [
  [/^npm ci\b/, 'installs what runs this test'],
  [/^npm test\b/, 'is what runs this test'],
  [/^npm run demo\b/, 'goes on until Ctrl-C: test/e2e/commands/demo.test.ts runs it'],
  [/ export --ecs /, 'needs AWS: test/app/commands/export/ecs.test.ts runs it'],
  [/ export --kubernetes /, 'needs a cluster: test/app/commands/export/kubernetes.test.ts runs it'],
  [/ export --swarm /, 'needs a swarm: test/app/commands/export/swarm.test.ts runs it'],
  [/^npm run bench\b/, 'takes minutes; it reports and asserts nothing'],
  [/^npm run soak\b/, 'takes minutes: test/bench/soak runs its parts'],
  [/^npm run build\b/, 'installs for everybody on the machine: test/e2e/commands/installed.test.ts runs it'],
  [/^microscaling simulate --suite /, 'takes minutes: test/cli/commands/simulate.test.ts runs parts of it'],
];

/** What goes on until somebody stops it, and how it is seen to be ready. */
const SERVERS: readonly (readonly [RegExp, 'marathon' | 'azurite' | 'operator'])[] = [
  [/ marathon --port /, 'marathon'],
  [/^npx azurite-queue /, 'azurite'],
  [/^microscaling run /, 'operator'],
];

/** Every other command ends with 0. */
const OTHER_CODES: readonly (readonly [RegExp, number])[] = [
  [/ plan -f specs\/policies\/queue-demo\.yaml/, 2],
  // all-fields.yaml names credentials that nobody has, as the README says there.
  [/ plan -f specs\/policies -o markdown/, 1],
];

/** What a command is to have printed in the end; it may take the operator a moment. */
const PRINTED: readonly (readonly [RegExp, RegExp])[] = [
  // Marathon refuses it while a deployment of the app runs, and curl ends with 0.
  [/^curl -X PUT /, /"deploymentId"/],
  [/ get queue-demo/, /^consumer .*\n/m],
  [/ explain queue-demo/, /consumer/],
  [/ events queue-demo/, /DriftReverted/],
  [/ get msp /, /queue-demo +True/],
  [/ token list /, /^ci /m],
];

function matching<T>(table: readonly (readonly [RegExp, T])[], command: string): T | undefined {
  return table.find(([pattern]) => pattern.test(command))?.[1];
}

async function isOpen(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
  });
}

const dir = mkdtempSync(join(tmpdir(), 'readme-'));
let terminal: Terminal | undefined;
afterAll(async () => {
  await terminal?.close();
  rmSync(dir, { recursive: true, force: true });
});

describe.skipIf(kubectlMissing(kubectlPrograms()))('the README', () => {
  it('has shell blocks', () => {
    expect(shellBlocks(README).length).toBeGreaterThan(8);
  });

  it('does what its shell blocks say, one after the other', { timeout: 300_000 }, async () => {
    const ports = { marathon: await freePort(), azurite: await freePort(), operator: await freePort() };
    const operatorAt = `127.0.0.1:${ports.operator}`;
    const env = {
      ...process.env,
      PATH: pathWithCommand(dir),
      MICROSCALING_API: operatorAt,
      MICROSCALING_SERVER: operatorAt,
    };
    const mine = (command: string): string =>
      command
        .replaceAll('127.0.0.1:8090', operatorAt)
        .replaceAll('127.0.0.1:8080', `127.0.0.1:${ports.marathon}`)
        .replaceAll('127.0.0.1:10001', `127.0.0.1:${ports.azurite}`)
        .replace('--port 8080', `--port ${ports.marathon}`)
        .replace('azurite-queue', `azurite-queue --queuePort ${ports.azurite}`)
        .replaceAll('./data', join(dir, 'data'))
        .replaceAll('report.html', join(dir, 'report.html'))
        .replace('> ci-token', `> ${join(dir, 'ci-token')}`);
    terminal = new Terminal(ROOT, env);
    const stops = new Map<string, () => Promise<void>>();
    for (const { line, commands } of shellBlocks(README)) {
      for (const command of commands) {
        if (matching(NOT_RUN, command) !== undefined) continue;
        const server = matching(SERVERS, command);
        if (server !== undefined) {
          await stops.get(server)?.();
          stops.set(server, terminal.begin(mine(command)));
          await until(`${server} of line ${line} to listen`, () => isOpen(ports[server]));
          if (server === 'operator') await until('it to be ready', () => isReady(operatorAt));
          continue;
        }
        const printed = matching(PRINTED, command);
        const wanted = matching(OTHER_CODES, command) ?? 0;
        const said = await until(`${command} (README line ${line})`, async () => {
          const typed = await (terminal as Terminal).type(mine(command));
          if (typed.code !== wanted) return printed === undefined && { ...typed, wrong: true };
          return (printed === undefined || printed.test(typed.stdout)) && { ...typed, wrong: false };
        });
        if (said.wrong)
          expect.fail(
            `README line ${line}: ${command}\nended with ${said.code}\n${said.stdout}${said.stderr}`,
          );
      }
    }
  });
});

async function isReady(address: string): Promise<boolean> {
  return await fetch(`http://${address}/readyz`).then(
    ({ status }) => status === 200,
    () => false,
  );
}
