// metric-sources: what a failed call to an external scaler means, in words. What the scaler wrote itself is never repeated: it may
// hold a secret.

import { explainNetworkFailure } from '../../../runtime/network/network-failure.ts';

/** The status of a call, as gRPC numbers them: https://grpc.io/docs/guides/status-codes/ */
const WORDS: Readonly<Record<number, string>> = {
  1: 'the scaler gave it up; see its log',
  2: 'the scaler failed (UNKNOWN); see its log',
  3: 'the scaler refuses what it is told (INVALID_ARGUMENT); check scalerMetadata and the names of metrics',
  4: 'the scaler did not answer in its time (DEADLINE_EXCEEDED)',
  5: 'the scaler knows no such thing (NOT_FOUND); check scalerMetadata and the names of metrics',
  7: 'these credentials have no right to read it; check auth, and scalerMetadata',
  8: 'it is too much: the scaler has no capacity left, or its answer is larger than the bound (RESOURCE_EXHAUSTED)',
  9: 'the scaler is not in a state to answer (FAILED_PRECONDITION); see its log',
  12: 'it is no external scaler of KEDA: it does not know what it is asked; check host and port',
  13: 'the scaler failed (INTERNAL); see its log',
  16: 'the credentials are missing or were refused; check auth, and scalerMetadata',
};

/** What gRPC says of a connection is a sentence, with the system's code in it or without any. */
const CONNECTION: readonly (readonly [pattern: RegExp, code: string])[] = [
  [/^Name resolution failed/, 'ENOTFOUND'],
  [/self-signed certificate in certificate chain/, 'SELF_SIGNED_CERT_IN_CHAIN'],
  [/self-signed certificate/, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  [/unable to verify the first certificate/, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  [/unable to get (local )?issuer certificate/, 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
  [/certificate has expired/, 'CERT_HAS_EXPIRED'],
  [/does not match certificate/, 'ERR_TLS_CERT_ALTNAME_INVALID'],
];
const UNAVAILABLE = 14;
const NO_GRPC =
  'it does not speak gRPC, or ends the connection; check host and port, and whether it is grpc:// or grpcs://';
const NO_TLS =
  'the two sides do not agree on TLS; is it grpc:// rather than grpcs://, or does it want a certificate in auth?';

export function callFailure({ code, details }: { readonly code: number; readonly details: string }): string {
  if (code !== UNAVAILABLE) return WORDS[code] ?? `the scaler failed (code ${code}); see its log`;
  const named = CONNECTION.find(([pattern]) => pattern.test(details))?.[1];
  const known = named ?? /\b(E[A-Z]{4,20}|EAI_AGAIN)\b/.exec(details)?.[1];
  const words = explainNetworkFailure(known);
  if (words !== undefined) return words;
  if (/\bSSL\b|TLS|alert/.test(details)) return NO_TLS;
  return NO_GRPC;
}
