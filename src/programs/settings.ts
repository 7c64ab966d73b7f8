// programs: settings from environment variables. A wrong one is said with its name, its bounds and what to do.

import { TerminalError } from '../runtime/errors.ts';
import type { ProgramEnv } from './program.ts';

export interface NumberSetting {
  readonly name: string;
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly integer?: boolean;
}

/** @throws TerminalError naming the variable, what it holds and what it may hold */
export function numberSetting(env: ProgramEnv, setting: NumberSetting): number {
  const { name, min, max, integer = false } = setting;
  const text = env[name]?.trim() ?? '';
  if (text === '') return setting.default;
  const value = Number(text);
  if (Number.isFinite(value) && value >= min && value <= max && (!integer || Number.isInteger(value)))
    return value;
  const kind = integer ? 'a whole number' : 'a number';
  throw new TerminalError(`${name} is '${text}': set it to ${kind} from ${min} to ${max}`);
}

export interface QueueSettings {
  readonly accountName: string;
  readonly accountKey: string;
  readonly queueName: string;
  /** Base URL of the account's queue service. */
  readonly endpoint: string;
}

const REQUIRED = ['AZURE_STORAGE_ACCOUNT_NAME', 'AZURE_STORAGE_ACCOUNT_KEY', 'AZURE_STORAGE_QUEUE_NAME'];

/** The tutorial's variables. @throws TerminalError naming every one that is missing */
export function queueSettings(env: ProgramEnv): QueueSettings {
  const missing = REQUIRED.filter((name) => !env[name]?.trim());
  if (missing.length > 0) {
    throw new TerminalError(
      `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set: ` +
        'give the name and key of a storage account and the name of a queue in it',
    );
  }
  const [accountName = '', accountKey = '', queueName = ''] = REQUIRED.map((name) => env[name]?.trim());
  const given = env['AZURE_STORAGE_QUEUE_ENDPOINT']?.trim();
  const endpoint = given || `https://${accountName}.queue.core.windows.net`;
  if (!/^https?:$/.test(URL.parse(endpoint)?.protocol ?? ''))
    throw new TerminalError(
      'AZURE_STORAGE_QUEUE_ENDPOINT is not a URL: write it like http://127.0.0.1:10001/devstoreaccount1',
    );
  return { accountName, accountKey, queueName, endpoint: endpoint.replace(/\/+$/, '') };
}
