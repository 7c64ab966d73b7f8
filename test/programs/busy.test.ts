import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type BusySign, tellBusy } from '../../src/programs/busy.ts';
import { freePort } from '../support/suite/free-port.ts';

let sign: BusySign | undefined;
const printed: string[] = [];

afterEach(() => {
  sign?.close();
  printed.length = 0;
});

function context(env: Record<string, string>) {
  return { env, print: (line: string) => void printed.push(line) };
}

describe('a consumer that says whether it is busy', () => {
  it('answers with what is so at the moment', async () => {
    const port = await freePort();
    let idle = true;
    sign = await tellBusy(
      context({ CONSUMER_TELLS_BUSY: 'true', PORT0: `${port}`, HOST: '127.0.0.1' }),
      () => idle,
    );
    const said = async (path = '/busy') => await fetch(`http://127.0.0.1:${port}${path}`);
    expect(await (await said()).text()).toBe('idle\n');
    idle = false;
    expect(await (await said()).text()).toBe('busy\n');
    expect((await said('/others')).status).toBe(404);
  });

  it('tells nobody unless it is to', async () => {
    const port = await freePort();
    sign = await tellBusy(context({ PORT0: `${port}` }), () => true);
    expect(printed).toEqual([]);
    await expect(fetch(`http://127.0.0.1:${port}/busy`)).rejects.toThrow();
  });

  it('goes on without telling where Marathon gave it no port', async () => {
    sign = await tellBusy(context({ CONSUMER_TELLS_BUSY: 'true' }), () => true);
    expect(printed.join()).toContain('PORT0 is not set');
  });

  it('goes on without telling where the port is taken', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    sign = await tellBusy(context({ CONSUMER_TELLS_BUSY: 'true', PORT0: `${port}` }), () => true);
    expect(printed.join()).toMatch(/nobody is told whether this consumer is busy .*EADDRINUSE/);
    holder.close();
  });

  it('refuses a port that is none', async () => {
    await expect(
      tellBusy(context({ CONSUMER_TELLS_BUSY: 'true', PORT0: '70000' }), () => true),
    ).rejects.toThrow(/PORT0/);
  });
});
