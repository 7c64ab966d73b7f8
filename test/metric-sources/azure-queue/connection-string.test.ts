import { describe, expect, it } from 'vitest';
import { parseConnectionString } from '../../../src/metric-sources/azure-queue/connection-string.ts';
import { TerminalError } from '../../../src/runtime/errors.ts';

describe('parseConnectionString', () => {
  it.each([
    {
      name: 'as the portal writes it',
      text: 'DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=a2V5Cg==;EndpointSuffix=core.windows.net',
      parts: { endpoint: 'https://shop.queue.core.windows.net', accountName: 'shop', accountKey: 'a2V5Cg==' },
    },
    {
      name: 'in another cloud',
      text: 'AccountName=shop;AccountKey=a2V5;EndpointSuffix=core.chinacloudapi.cn',
      parts: {
        endpoint: 'https://shop.queue.core.chinacloudapi.cn',
        accountName: 'shop',
        accountKey: 'a2V5',
      },
    },
    {
      name: 'with an endpoint of its own, a trailing semicolon and blanks',
      text: ' AccountName = shop ; AccountKey=a2V5;QueueEndpoint=http://127.0.0.1:1/shop;',
      parts: { endpoint: 'http://127.0.0.1:1/shop', accountName: 'shop', accountKey: 'a2V5' },
    },
    {
      name: 'with a SAS, whose equals signs stay',
      text: 'QueueEndpoint=https://shop.queue.core.windows.net;SharedAccessSignature=sv=2024&sig=abc%3D',
      parts: { endpoint: 'https://shop.queue.core.windows.net', sasToken: 'sv=2024&sig=abc%3D' },
    },
    {
      name: 'for the emulator',
      text: 'UseDevelopmentStorage=true',
      parts: { endpoint: 'http://127.0.0.1:10001/devstoreaccount1', accountName: 'devstoreaccount1' },
    },
  ])('reads one $name', ({ text, parts }) => {
    expect(parseConnectionString(text)).toMatchObject(parts);
  });

  it.each([
    { name: 'nothing of it', text: 'hunter2' },
    { name: 'an account without key', text: 'AccountName=hunter2' },
    { name: 'a SAS without a place', text: 'SharedAccessSignature=sig=hunter2' },
    { name: 'an empty key', text: 'AccountName=hunter2;AccountKey=' },
  ])('refuses $name without repeating it', ({ text }) => {
    const parse = (): unknown => parseConnectionString(text);
    expect(parse).toThrow(TerminalError);
    expect(parse).toThrow(/^(?!.*hunter2).*the connection string has neither/);
  });
});
