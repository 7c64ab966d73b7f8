// metric-sources: who the operator is to a Service Bus namespace, and the signature that shows it.
// Format: https://learn.microsoft.com/azure/service-bus-messaging/service-bus-sas

import { createHmac } from 'node:crypto';

export type Credential =
  | { readonly kind: 'key'; readonly name: string; readonly key: string }
  | { readonly kind: 'signature'; readonly value: string }
  | { readonly kind: 'token'; readonly value: string };

export interface ConnectionParts {
  /** `sb://NAMESPACE.servicebus.windows.net` as an https address. */
  readonly endpoint?: string;
  readonly credential?: Credential;
  /** The one queue or topic that it is for. */
  readonly entityPath?: string;
}

/** Long enough for clocks that differ, short enough to be of little use to others. */
const VALID_S = 600;

/** The value of `Authorization` for everything below `uri`. */
export function authorizationOf(credential: Credential, uri: string, wallMs: number): string {
  if (credential.kind === 'token') return `Bearer ${credential.value}`;
  if (credential.kind === 'signature') return credential.value;
  const resource = encodeURIComponent(uri.toLowerCase());
  const expiry = Math.floor(wallMs / 1000) + VALID_S;
  const signature = createHmac('sha256', credential.key).update(`${resource}\n${expiry}`).digest('base64');
  return `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signature)}&se=${expiry}&skn=${encodeURIComponent(credential.name)}`;
}

export function partsOfConnectionString(text: string): ConnectionParts {
  const parts = new Map(
    text.split(';').map((part) => {
      const equals = Math.max(0, part.indexOf('='));
      return [part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1).trim()] as const;
    }),
  );
  const endpoint = parts.get('endpoint')?.replace(/^sb:/i, 'https:');
  const name = parts.get('sharedaccesskeyname');
  const key = parts.get('sharedaccesskey');
  const signature = parts.get('sharedaccesssignature');
  const credential: Credential | undefined =
    name && key
      ? { kind: 'key', name, key }
      : signature
        ? { kind: 'signature', value: signature }
        : undefined;
  const entityPath = parts.get('entitypath');
  return {
    ...(endpoint && { endpoint }),
    ...(credential && { credential }),
    ...(entityPath && { entityPath }),
  };
}
