// schedulers/marathon: which certificates are trusted.

import { X509Certificate } from 'node:crypto';
import type { ValueResolver } from '../../../api/values.ts';
import { TerminalError } from '../../../runtime/errors.ts';

/**
 * The certificates of `caFile`, PEM. They take the place of the system's own.
 *
 * @throws TerminalError when the file cannot be read or holds none
 */
export function trustedCertificates(caFile: string | undefined, values: ValueResolver): string | undefined {
  if (caFile === undefined) return undefined;
  const pem = values.resolve({ fromFile: caFile }, 'plain');
  try {
    new X509Certificate(pem);
  } catch (error) {
    throw new TerminalError(
      `marathon.caFile ${caFile} holds no certificate in PEM (-----BEGIN CERTIFICATE-----)`,
      { cause: error },
    );
  }
  return pem;
}
