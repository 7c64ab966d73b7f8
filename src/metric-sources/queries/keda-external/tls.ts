// metric-sources: the certificate that an external scaler may want of its clients.

import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { BlockValues } from '../../connection/values.ts';
import type { KedaExternalMetric } from './config.ts';

/** @throws TerminalError where one of them is none, or they do not belong together */
export function identityOf(
  { auth }: KedaExternalMetric,
  values: BlockValues,
): { readonly certificate: string; readonly key: string } | undefined {
  if (auth === undefined) return undefined;
  const certificate = values.secret('auth.certificate', auth.certificate);
  const key = values.secret('auth.key', auth.key);
  const parsed = attempt(() => new X509Certificate(certificate));
  if (parsed === undefined)
    throw values.wrong('auth.certificate', 'is no certificate in PEM (-----BEGIN CERTIFICATE-----)');
  const secret = attempt(() => createPrivateKey(key));
  if (secret === undefined)
    throw values.wrong(
      'auth.key',
      'is no private key in PEM without a passphrase (-----BEGIN PRIVATE KEY-----)',
    );
  if (!parsed.checkPrivateKey(secret)) throw values.wrong('auth.key', 'is not the key to auth.certificate');
  return { certificate, key };
}

/** What is wrong is not told: it may repeat the key. */
function attempt<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
