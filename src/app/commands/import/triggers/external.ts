// app: KEDA's `external` and `external-push` triggers.

import { defined } from '../../../../lang/defined.ts';
import type { Fields } from '../fields.ts';
import { type Imported, none, type Trigger, UNSAFE } from './trigger.ts';

export function external({ metadata, parameters, scaledObject }: Trigger): Imported {
  const address = metadata.text('scalerAddress');
  if (address === undefined) return none('it names no scaler');
  metadata.explain('unsafeSsl', UNSAFE);
  const [ca, certificate, key] = ['caCert', 'tlsClientCert', 'tlsClientKey'].map((name) =>
    parameters.secret(name),
  );
  if (ca !== undefined)
    metadata.note('caCert', 'FILL IN: give the certificate of its authority as a file, in caFile');
  if ((certificate === undefined) !== (key === undefined))
    metadata.note('tlsClientCert', 'is not taken over: certificate and key go together');
  const file = metadata.text('tlsCertFile');
  const auth = certificate === undefined || key === undefined ? undefined : { certificate, key };
  const isTls = metadata.flag('enableTLS') || [ca, auth, file].some((each) => each !== undefined);
  metadata.note('scalerAddress', 'its only metric is read; where it has several, name them in metrics');
  metadata.note(
    '',
    'FILL IN: what one instance is to have is what the scaler answers to GetMetricSpec; 5 is written as perInstance',
  );
  const scalerMetadata = metadataOf(metadata);
  return {
    kind: 'target',
    perInstance: 5,
    metric: {
      kedaExternal: {
        endpoint: `${isTls ? 'grpcs' : 'grpc'}://${address}`,
        scaledObject,
        ...(scalerMetadata.length > 0 && { scalerMetadata }),
        ...defined({ auth, caFile: file }),
      },
    },
  };
}

/** The scaler is told all the rest, under the same names. */
function metadataOf(metadata: Fields): readonly object[] {
  return metadata.rest().flatMap((name): readonly object[] => {
    const value = metadata.text(name);
    if (value === undefined) return [];
    if (!name.endsWith('FromEnv')) return [{ name, value }];
    metadata.note(name, `variable ${value} must be set where the operator is started`);
    return [{ name, secret: { fromEnv: value } }];
  });
}
