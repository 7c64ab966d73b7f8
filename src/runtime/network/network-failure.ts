// runtime: the system's error codes for a failed connection, in words that say what to look at.

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused; is it running, and are host and port right?',
  ECONNRESET: 'the connection was closed before the answer was complete',
  EPIPE: 'the connection was closed before the answer was complete',
  ENOTFOUND: 'the host name is unknown; check its spelling and the name service',
  EAI_AGAIN: 'the host name could not be looked up; check the network and the name service',
  ETIMEDOUT: 'no answer from the host; check the network and firewalls',
  EHOSTUNREACH: 'the host cannot be reached; check the network and firewalls',
  ENETUNREACH: 'the network cannot be reached',
  EADDRNOTAVAIL: 'this machine has no free connection left',
  EMFILE: 'this process has too many open files and connections',
  EPROTO: 'the two sides do not agree on TLS; is it http rather than https?',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed; its authority must be made known',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate chain is self-signed; its authority must be made known',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the authority of its certificate is unknown',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the authority of its certificate is unknown',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
};

/** A clause for people, or undefined when `code` is not about the connection. */
export function explainNetworkFailure(code: string | undefined): string | undefined {
  return code === undefined || !Object.hasOwn(WORDS, code) ? undefined : WORDS[code];
}

/** The first code along the causes of an error that says something about the connection, in words; undefined without one. */
export function networkFailureOf(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const code = 'code' in at && typeof at.code === 'string' ? at.code : undefined;
    const words = explainNetworkFailure(code);
    if (words !== undefined) return words;
    if (at instanceof AggregateError) {
      const inner = at.errors.map(networkFailureOf).find((each) => each !== undefined);
      if (inner !== undefined) return inner;
    }
  }
  return undefined;
}
