import { describe, expect, it } from 'vitest';
import { numberSetting, queueSettings } from '../../src/programs/settings.ts';
import { TerminalError } from '../../src/runtime/errors.ts';

const RATE = { name: 'RATE', default: 5, min: 0, max: 100 };

describe('numberSetting', () => {
  it.each([
    { text: undefined, value: 5 },
    { text: '', value: 5 },
    { text: ' ', value: 5 },
    { text: '0', value: 0 },
    { text: ' 2.5 ', value: 2.5 },
    { text: '100', value: 100 },
  ])('takes $text for $value', ({ text, value }) => {
    expect(numberSetting({ RATE: text }, RATE)).toBe(value);
  });

  it.each(['fast', '-1', '101', 'NaN', 'Infinity', '5/s'])('refuses %s with name and bounds', (text) => {
    const read = (): number => numberSetting({ RATE: text }, RATE);
    expect(read).toThrow(TerminalError);
    expect(read).toThrow(`RATE is '${text}': set it to a number from 0 to 100`);
  });

  it('refuses a fraction where a whole number is wanted', () => {
    expect(() => numberSetting({ RATE: '1.5' }, { ...RATE, integer: true })).toThrow(/a whole number/);
  });
});

describe('queueSettings', () => {
  const env = {
    AZURE_STORAGE_ACCOUNT_NAME: 'shop',
    AZURE_STORAGE_ACCOUNT_KEY: 'hunter2',
    AZURE_STORAGE_QUEUE_NAME: 'orders',
  };

  it.each([
    { endpoint: undefined, at: 'https://shop.queue.core.windows.net' },
    { endpoint: '', at: 'https://shop.queue.core.windows.net' },
    { endpoint: 'http://127.0.0.1:1/shop/', at: 'http://127.0.0.1:1/shop' },
  ])('finds the queue service at $at', ({ endpoint, at }) => {
    expect(queueSettings({ ...env, AZURE_STORAGE_QUEUE_ENDPOINT: endpoint })).toEqual({
      accountName: 'shop',
      accountKey: 'hunter2',
      queueName: 'orders',
      endpoint: at,
    });
  });

  it('names every variable that is missing', () => {
    expect(() => queueSettings({})).toThrow(TerminalError);
    expect(() => queueSettings({})).toThrow(
      /^AZURE_STORAGE_ACCOUNT_NAME, \w+_KEY, \w+_QUEUE_NAME are not set/,
    );
    const { AZURE_STORAGE_QUEUE_NAME: _, ...rest } = env;
    expect(() => queueSettings({ ...rest, AZURE_STORAGE_QUEUE_NAME: ' ' })).toThrow(
      /^AZURE_STORAGE_QUEUE_NAME is not set/,
    );
  });

  it('refuses an endpoint that is no URL', () => {
    expect(() => queueSettings({ ...env, AZURE_STORAGE_QUEUE_ENDPOINT: 'localhost' })).toThrow(
      /AZURE_STORAGE_QUEUE_ENDPOINT is not a URL/,
    );
  });
});
