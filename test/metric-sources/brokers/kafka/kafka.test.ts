// Brokers of our own, for what a real one does not do.

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Frames, Writer } from '../../../../src/metric-sources/brokers/kafka/wire.ts';
import { metricSourceContract } from '../../../contract/metric-source.ts';
import { selfSigned } from '../../../support/programs/tls/certificate.ts';
import { tlsFront } from '../../../support/programs/tls/front.ts';
import { freePort } from '../../../support/suite/free-port.ts';
import { fakeValues } from '../../../support/values.ts';
import { never, ok, reasonOf, sourceOf } from '../../servers.ts';
import { answering, COMMITTED, COORDINATOR, framed, METADATA, OFFSETS, type World } from './answers.ts';

interface Broker {
  readonly port: number;
  /** The keys of the questions that it was asked. */
  readonly asked: readonly number[];
  readonly connections: () => number;
}

/** @param answer by the key of the question; nothing: it hangs */
async function broker(
  answer: (key: number, port: number, question: Buffer) => Writer | undefined,
): Promise<Broker> {
  const asked: number[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    const frames = new Frames(100_000);
    socket.on('error', () => undefined);
    socket.on('data', (piece: Buffer) => {
      for (const frame of frames.push(piece)) {
        const key = frame.readInt16BE();
        asked.push(key);
        const body = answer(key, port, frame);
        if (body === undefined) return;
        socket.write(framed(frame, body));
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port, asked, connections: () => connections };
}

const reader = (port: number, more: object = {}, onCall?: () => void) =>
  sourceOf(
    { kafka: { endpoint: `kafka://127.0.0.1:${port}`, topic: 'orders', group: 'workers', ...more } },
    { values: fakeValues({ PASSWORD: 's3cr3t' }), onCall },
  );

metricSourceContract('kafka', {
  answering: async (onCall) => reader((await broker(answering())).port, {}, onCall),
  failing: async () => reader(await freePort()),
  hanging: async () => reader((await broker(() => undefined)).port),
  cannot: {},
});

describe('brokers in trouble', () => {
  it.each([
    [{ topicError: 3 }, 'there is no such topic'],
    [{ topicError: 29 }, 'allow it Describe on the topic'],
    [{ groupError: 30 }, 'allow it Describe on the group'],
    [{ groupError: 15 }, 'comes back by itself'],
    [{ groupError: -1 }, 'Kafka refused it (error -1)'],
    [{ committed: -1n, end: 7n }, undefined],
    [{ end: 2n ** 62n }, undefined],
    [{ leader: { host: 'a b/c', port: 1 } }, 'names a broker without an address'],
    [{ leader: { host: 'u:p@evil', port: 1 } }, 'names a broker without an address'],
    [{ leader: { host: '', port: 0 } }, 'names a broker without an address'],
  ] satisfies readonly (readonly [World, string | undefined])[])(
    '%o are said in words',
    async (world, says) => {
      const reading = await reader((await broker(answering(world))).port).read(never);
      if (says !== undefined) expect(reasonOf(reading)).toContain(says);
      // Begin and end are the same here: an empty partition, whatever its numbers are.
      else if (world.end === 7n) expect(ok(reading).waiting).toBe(0);
      else expect(reasonOf(reading)).toContain('too large');
    },
  );

  it('lead nowhere that brokers does not name', async () => {
    const elsewhere = await broker(answering());
    const first = await broker(answering({ leader: { host: '127.0.0.1', port: elsewhere.port } }));
    expect(reasonOf(await reader(first.port, { brokers: [] }).read(never))).toContain(
      `the cluster leads to kafka://127.0.0.1:${elsewhere.port}, which brokers does not name`,
    );
    expect(elsewhere.connections()).toBe(0);
    const brokers = [`kafka://127.0.0.1:${elsewhere.port}`];
    expect((await reader(first.port, { brokers }).read(never)).state).toBe('ok');
    expect(elsewhere.connections()).toBe(1);
  });

  it('are trusted by a CA file, and sent nothing without it', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'kafka-'));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    const certificate = selfSigned(dir);
    let front: number | undefined;
    const behind = await broker((key, port) =>
      answering({ leader: { host: '127.0.0.1', port: front ?? port } })(key, port),
    );
    const tls = await tlsFront(behind.port, certificate);
    onTestFinished(() => tls.close());
    front = tls.port;
    const endpoint = `kafkas://127.0.0.1:${front}`;
    expect(reasonOf(await reader(0, { endpoint }).read(never))).toMatch(/certificate/);
    expect(tls.heard()).toBe(0);
    expect((await reader(0, { endpoint, caFile: certificate.certFile }).read(never)).state).toBe('ok');
  });

  it('are asked in turn when the first one is not there', async () => {
    const second = await broker(answering());
    const brokers = [`kafka://127.0.0.1:${second.port}`];
    expect((await reader(await freePort(), { brokers }).read(never)).state).toBe('ok');
  });

  it('keep their connection from read to read, and their coordinator is looked for once', async () => {
    const { port, asked, connections } = await broker(answering());
    const source = reader(port);
    await source.read(never);
    await source.read(never);
    expect(connections()).toBe(1);
    const each = [COMMITTED, OFFSETS, OFFSETS];
    expect(asked).toEqual([METADATA, COORDINATOR, ...each, METADATA, ...each]);
  });

  it.each([
    ['endless work', (nonce: string) => `r=${nonce}x,s=c2FsdA==,i=999999999`, 'does not speak SCRAM-SHA-256'],
    ['too little work', (nonce: string) => `r=${nonce}x,s=c2FsdA==,i=1`, 'does not speak SCRAM-SHA-256'],
    ["another's challenge", () => 'r=other,s=c2FsdA==,i=4096', 'does not speak SCRAM-SHA-256'],
    ['nonsense', () => 'nonsense', 'does not speak SCRAM-SHA-256'],
    ['no proof', (nonce: string) => `r=${nonce}x,s=c2FsdA==,i=4096`, 'does not know the password itself'],
  ])('that answer a proof of the password with %s are not believed', async (_, challenge, says) => {
    const auth = { mechanism: 'SCRAM-SHA-256', username: 'reader', password: { fromEnv: 'PASSWORD' } };
    const { port } = await broker((key, _port, question) => {
      if (key === 17) {
        const answer = new Writer().int16(0);
        return answer.list(['SCRAM-SHA-256'], (name) => answer.text(name));
      }
      const nonce = /n=reader,r=([^,]+)$/.exec(question.toString('latin1'))?.[1];
      const said = nonce === undefined ? 'v=AAAA' : challenge(nonce);
      return new Writer().int16(0).text('').bytes(Buffer.from(said)).int64(0n);
    });
    expect(reasonOf(await reader(port, { auth }).read(never))).toContain(says);
  });
});
