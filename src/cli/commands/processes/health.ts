// cli: `microscaling health`: whether the operator of this container answers. For HEALTHCHECK: the image has no curl.

import { mainProcessArguments, runningAddress } from '../../../app/operator/listening/api-address.ts';
import type { OptionValues } from '../../../app/options.ts';
import { messageOf } from '../../../runtime/errors.ts';
import type { CommandContext } from '../../command.ts';

const WITHIN_MS = 4_000;

export async function run({ api }: OptionValues, context: CommandContext): Promise<number> {
  const address = api ?? runningAddress(mainProcessArguments(), context.env);
  if (address === undefined) {
    context.print('no operator runs here');
    return 0;
  }
  const host = address.host === '0.0.0.0' ? '127.0.0.1' : address.host === '::' ? '::1' : address.host;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${address.port}/healthz`;
  try {
    const signal = AbortSignal.any([context.signal, AbortSignal.timeout(WITHIN_MS)]);
    const response = await fetch(url, { signal });
    context.print((await response.text()).trim());
    return response.ok ? 0 : 1;
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    context.print(`${url}: ${messageOf(cause)}`);
    return 1;
  }
}
