// What the tests of the trust rules are written with: one policy, changed, and judged.

import { createTrust, type TrustOptions, type TrustSurroundings } from '../../../src/app/operator/trust.ts';

type Json = Readonly<Record<string, unknown>>;

export const SURROUNDINGS: TrustSurroundings = {
  env: {
    AZURE_STORAGE_ACCOUNT_NAME: 'ours',
    AZURE_STORAGE_ACCOUNT_KEY: 'b3Vycw==',
    THEIR_ACCOUNT: 'theirs',
    THEIR_KEY: 'dGhlaXJz',
    THEIR_ENDPOINT: 'https://theirs.example',
    THEIR_CONNECTION: 'AccountName=theirs;AccountKey=dGhlaXJz',
    OUR_CONNECTION: 'AccountName=ours;AccountKey=b3Vycw==',
    SHY: 'https://shy.example',
  },
  marathon: ['http://m1:8080/marathon', 'http://m2:8080'],
};

/** A policy named `shop` in which nothing needs to be allowed, with these parts in the place of its own. */
export function policyWith({
  spec = {},
  app = {},
  definition = {},
  metric = { random: { max: 9 } },
}: {
  readonly spec?: Json;
  readonly app?: Json;
  readonly definition?: Json;
  readonly metric?: Json;
}): string {
  return JSON.stringify({
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name: 'shop' },
    spec: {
      capacity: { slots: 5 },
      apps: [
        {
          name: 'api',
          priority: 1,
          targets: [{ queueLength: 5, metric }],
          app: { cmd: 'sleep 1', user: 'nobody', ...definition },
          ...app,
        },
      ],
      ...spec,
    },
  });
}

/** `pointer: sentence` of every error; none when the policy may run. */
export function refusals(
  text: string,
  options: TrustOptions = {},
  surroundings: TrustSurroundings = SURROUNDINGS,
): readonly string[] {
  const { problems, resources, invalid } = createTrust(options, surroundings).loadUntrusted(text, 'f.yaml');
  const errors = problems.filter(({ severity }) => severity === 'error');
  if ((errors.length === 0) !== (resources.length === 1)) throw new Error('errors and resources disagree');
  if (invalid.some(({ reason }) => reason !== 'NotAllowed'))
    throw new Error(`not valid: ${JSON.stringify(errors)}`);
  return errors.map(({ pointer, message }) => `${pointer}: ${message}`);
}
