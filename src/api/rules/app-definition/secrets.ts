// api: references to secrets that Marathon keeps.

import { asObject } from '../../app-definition/network.ts';
import { isObject } from '../../schema/json-schema.ts';
import { type Complaints, type Read, when } from './subject.ts';

export function checkSecrets({ read }: Read): Complaints {
  const secrets = asObject(read['secrets']);
  return Object.entries(asObject(read['env'])).flatMap(([name, value]) => {
    const secret = isObject(value) ? value['secret'] : undefined;
    const unknown = typeof secret === 'string' && !Object.hasOwn(secrets, secret);
    return when(unknown, ['env', name, 'secret'], `is ${String(secret)}, which is not in secrets`);
  });
}
