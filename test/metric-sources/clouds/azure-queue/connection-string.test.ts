import { QueueServiceClient, StorageSharedKeyCredential } from '@azure/storage-queue';
import { describe, expect, it } from 'vitest';
import { parseConnectionString } from '../../../../src/metric-sources/clouds/azure-queue/connection-string.ts';
import { TerminalError } from '../../../../src/runtime/errors.ts';

function readBySdk(text: string): { readonly url: string; readonly credential: object } {
  // The client keeps its credential, and that its key, without declaring them.
  const client = QueueServiceClient.fromConnectionString(text);
  const credential: unknown = Reflect.get(client, 'credential');
  if (!(credential instanceof StorageSharedKeyCredential)) return { url: client.url, credential: {} };
  const key: unknown = Reflect.get(credential, 'accountKey');
  if (!Buffer.isBuffer(key)) throw new Error('the client keeps no account key');
  const accountKey = key.toString('base64');
  return { url: client.url, credential: { accountName: credential.accountName, accountKey } };
}

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
      name: 'in another case',
      text: 'DEFAULTENDPOINTSPROTOCOL=https;accountname=shop;AccountKEY=a2V5;endpointSuffix=core.windows.net',
      parts: { endpoint: 'https://shop.queue.core.windows.net', accountName: 'shop', accountKey: 'a2V5' },
    },
    ...['core.windows.net', '.core.windows.net', 'queue.core.windows.net', '.queue.core.windows.net', ''].map(
      (suffix) => ({
        name: `with the suffix '${suffix}'`,
        text: `AccountName=shop;AccountKey=a2V5;EndpointSuffix=${suffix}`,
        parts: { endpoint: 'https://shop.queue.core.windows.net' },
      }),
    ),
    {
      name: 'of an account that is called queue',
      text: 'AccountName=queue;AccountKey=a2V5;EndpointSuffix=core.usgovcloudapi.net',
      parts: { endpoint: 'https://queue.queue.core.usgovcloudapi.net' },
    },
    {
      name: 'with a SAS for an account',
      text: 'AccountName=shop;SharedAccessSignature=?sv=2024&sig=abc',
      parts: { endpoint: 'https://shop.queue.core.windows.net', sasToken: '?sv=2024&sig=abc' },
    },
    {
      name: 'with a key and a SAS',
      text: 'DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=a2V5;EndpointSuffix=core.windows.net;SharedAccessSignature=sig=x',
      parts: { accountKey: 'a2V5' },
    },
    ...['True', 'TRUE', ' true '].map((yes) => ({
      name: `for the emulator, '${yes}'`,
      text: `usedevelopmentstorage=${yes}`,
      parts: { endpoint: 'http://127.0.0.1:10001/devstoreaccount1', accountName: 'devstoreaccount1' },
    })),
    ...['http://azurite', 'http://azurite/', 'http://azurite:10000'].map((proxy) => ({
      name: `for the emulator at ${proxy}`,
      text: `UseDevelopmentStorage=true;DevelopmentStorageProxyUri=${proxy}`,
      parts: { endpoint: 'http://azurite:10001/devstoreaccount1', accountName: 'devstoreaccount1' },
    })),
    {
      name: 'for the emulator',
      text: 'UseDevelopmentStorage=true',
      parts: { endpoint: 'http://127.0.0.1:10001/devstoreaccount1', accountName: 'devstoreaccount1' },
    },
  ])('reads one $name', ({ text, parts }) => {
    expect(parseConnectionString(text)).toMatchObject(parts);
  });

  const SDK = 'as @azure/storage-queue does';
  it.each([
    'DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=a2V5Cg==;EndpointSuffix=core.windows.net',
    'DefaultEndpointsProtocol=http;AccountName=shop;AccountKey=a2V5;EndpointSuffix=core.chinacloudapi.cn;',
    'DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=a2V5;QueueEndpoint=https://q.example.com/shop',
    'DefaultEndpointsProtocol=https;AccountName=one;AccountKey=a2V5;EndpointSuffix=core.windows.net;AccountName=two',
    'DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=a2V5;EndpointSuffix=core.windows.net;SharedAccessSignature=sig=x',
    'UseDevelopmentStorage=true',
  ])(`reads %s ${SDK}`, (text) => {
    const { url, credential } = readBySdk(text);
    const { endpoint, accountName, accountKey } = parseConnectionString(text);
    expect(endpoint).toBe(url);
    expect({ accountName, accountKey }).toEqual(credential);
  });

  it.each([
    'QueueEndpoint=https://shop.queue.core.windows.net;SharedAccessSignature=sv=2024&sig=abc%3D',
    'BlobEndpoint=https://b.example;QueueEndpoint=https://q.example/;SharedAccessSignature=sv=2024&sig=abc',
  ])(`reads %s ${SDK}`, (text) => {
    const { endpoint, sasToken = '' } = parseConnectionString(text);
    expect(`${endpoint.replace(/\/$/, '')}?${sasToken.replace(/^\?/, '')}`).toBe(readBySdk(text).url);
  });

  it('says what is wrong with the host of the emulator, without repeating it', () => {
    const parse = (): unknown =>
      parseConnectionString('UseDevelopmentStorage=true;DevelopmentStorageProxyUri=hunter2');
    expect(parse).toThrow(/^(?!.*hunter2).*DevelopmentStorageProxyUri that is no http or https URL/);
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
