// test support: a certificate of its own authority for 127.0.0.1, and the key to it.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export interface Certificate {
  /** PEM files. */
  readonly certFile: string;
  readonly keyFile: string;
}

/** @param address that it is for */
export function selfSigned(dir: string, address = '127.0.0.1'): Certificate {
  const [certFile, keyFile] = [join(dir, `${address}-cert.pem`), join(dir, `${address}-key.pem`)];
  const subject = ['-subj', '/CN=test', '-addext', `subjectAltName=IP:${address}`];
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject];
  execFileSync('openssl', [...request, '-keyout', keyFile, '-out', certFile], { stdio: 'ignore' });
  return { certFile, keyFile };
}
