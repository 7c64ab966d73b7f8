import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { freePort } from './free-port.ts';

const HANDED_OUT = '/proc/sys/net/ipv4/ip_local_port_range';
const ASKER = `
import { freePort } from '${join(import.meta.dirname, 'free-port.ts')}';
const ports = [];
for (let i = 0; i < 60; i++) ports.push(await freePort());
console.log(JSON.stringify(ports));
setInterval(() => undefined, 1000);
`;

const askers: ChildProcess[] = [];
afterEach(() => {
  for (const asker of askers) asker.kill('SIGKILL');
});

async function portsOfAnother(): Promise<readonly number[]> {
  const asker = spawn(process.execPath, ['--input-type=module', '-e', ASKER], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  askers.push(asker);
  const [line] = await once(asker.stdout.setEncoding('utf8'), 'data');
  return JSON.parse(String(line));
}

it.runIf(existsSync(HANDED_OUT))('is a port that the kernel gives to nobody by itself', async () => {
  const [first] = readFileSync(HANDED_OUT, 'utf8').split('\t');
  expect(await freePort()).toBeLessThan(Number(first));
});

it('is another one each time, in each process, though nobody listens there', async () => {
  const asked = await Promise.all([portsOfAnother(), portsOfAnother(), portsOfAnother()]);
  const ports = [...asked.flat(), await freePort(), await freePort()];
  expect(ports).toHaveLength(182);
  expect(new Set(ports).size).toBe(182);
});

it('is none where somebody listens', async () => {
  const next = (await freePort()) + 1;
  const somebody = createServer().listen(next, '127.0.0.1');
  await once(somebody, 'listening');
  expect(await freePort()).toBe(next + 1);
  somebody.close();
});
