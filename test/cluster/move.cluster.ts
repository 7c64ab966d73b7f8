// docs/move-to-kubernetes.md, block by block: files are written, commands typed, and what they print is what the page says.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreV1Api } from '@kubernetes/client-node';
import { afterAll, describe, expect, it } from 'vitest';
import { configOf } from '../support/kubernetes/control-plane.ts';
import { pathWithCommand, ROOT } from '../support/programs/command.ts';
import { type CodeBlock, codeBlocks, commandsOf, Terminal } from '../support/programs/shell-blocks.ts';
import { freePort } from '../support/suite/free-port.ts';
import { until } from '../support/until.ts';

const NAMESPACE = 'shop';
const SLOTS = 6;
const PATIENCE_MS = 90_000;
const PAGE = readFileSync(join(ROOT, 'docs/move-to-kubernetes.md'), 'utf8');
const kubeconfig = process.env['TEST_KUBECONFIG'] ?? '';
const core = configOf(kubeconfig).makeApiClient(CoreV1Api);

/** What goes on until somebody stops it, and where it says that it is ready. */
const SERVERS = [
  [/ marathon --port /, 'http://127.0.0.1:8381/v2/info'],
  [/^microscaling run /, 'http://127.0.0.1:8090/readyz'],
] as const;

describe('moving an app from Marathon to Kubernetes', { timeout: 300_000 }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'move-'));
  let terminal: Terminal | undefined;
  afterAll(async () => {
    await terminal?.close();
    rmSync(dir, { recursive: true, force: true });
    await core.deleteNamespace({ name: NAMESPACE }).catch(() => undefined);
  });

  it('works as the page says, and holds no slot twice', async () => {
    const ports = { 8381: await freePort(), 8090: await freePort() };
    const mine = (text: string): string =>
      text
        .replaceAll(':8381', `:${ports[8381]}`)
        .replaceAll(':8090', `:${ports[8090]}`)
        .replaceAll('--port 8381', `--port ${ports[8381]}`);
    const server = `127.0.0.1:${ports[8090]}`;
    const typist = new Terminal(dir, {
      ...process.env,
      PATH: pathWithCommand(dir),
      KUBECONFIG: kubeconfig,
      MICROSCALING_API: server,
      MICROSCALING_SERVER: server,
    });
    terminal = typist;
    const slots = watchSlots(mine('http://127.0.0.1:8381'));

    const type = async (command: string): Promise<string> => {
      const ready = SERVERS.find(([pattern]) => pattern.test(command))?.[1];
      if (ready !== undefined) {
        typist.begin(mine(command));
        await until(`${command} to be ready`, () => answers(mine(ready)), PATIENCE_MS);
        return '';
      }
      const { code, stdout, stderr } = await typist.type(mine(command));
      // A plan with changes ends with 2.
      expect([0, / plan /.test(command) ? 2 : 0], `${command}\n${stdout}${stderr}`).toContain(code);
      return stdout;
    };

    let last = '';
    for (const block of codeBlocks(PAGE)) {
      if (block.language === 'yaml') writeFileSync(join(dir, fileOf(block)), block.text);
      else if (block.language === 'text') await printed(() => type(last), block);
      else
        for (const command of commandsOf(block.text)) {
          last = command;
          await type(command);
        }
    }
    expect(await slots.stop()).toBe(SLOTS);
    const left = (await (await fetch(mine('http://127.0.0.1:8381/v2/apps'))).json()) as {
      apps: readonly { id: string }[];
    };
    expect(left.apps.map(({ id }) => id)).toEqual(['/shop/batch']);
  });

  /** The most that ran on both at a time. */
  function watchSlots(marathon: string): { stop(): Promise<number> } {
    let isOver = false;
    const most = (async () => {
      let seen = 0;
      await until(
        'the end',
        async () => {
          // What rises is read first, so that what ends in between counts for neither.
          const { items } = await core.listNamespacedPod({ namespace: NAMESPACE });
          seen = Math.max(seen, items.length + (await tasksOf(marathon)));
          return isOver;
        },
        300_000,
      );
      return seen;
    })();
    return {
      stop: async () => {
        isOver = true;
        return await most;
      },
    };
  }
});

async function tasksOf(marathon: string): Promise<number> {
  const answer = await fetch(`${marathon}/v2/tasks`).catch(() => undefined);
  if (answer?.ok !== true) return 0;
  return ((await answer.json()) as { readonly tasks: readonly unknown[] }).tasks.length;
}

async function answers(url: string): Promise<boolean> {
  return await fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** Its first line says where it belongs. */
function fileOf({ text, line }: CodeBlock): string {
  const name = /^# (\S+)\n/.exec(text)?.[1];
  if (name === undefined) throw new Error(`the block at line ${line} does not say of which file it is`);
  return name;
}

/** Types again until it prints that: what a policy asks for takes its time. */
async function printed(type: () => Promise<string>, { text, line }: CodeBlock): Promise<void> {
  let said = '';
  const isSaid = async (): Promise<boolean> => {
    said = (await type()).trimEnd();
    return said === text.trimEnd();
  };
  await until(`what line ${line} says`, isSaid, PATIENCE_MS).catch(() => expect(said).toBe(text.trimEnd()));
}
