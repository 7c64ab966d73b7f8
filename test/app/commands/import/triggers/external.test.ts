import { describe, expect, it } from 'vitest';
import { importedTrigger } from './imported.ts';

describe.each(['external', 'external-push'])("KEDA's trigger %s", (type) => {
  const trigger = (metadata: object) => ({ type, metadata });

  it('tells the scaler the same as KEDA does, and what is left to do', () => {
    const { target, said, problems } = importedTrigger(
      trigger({
        scalerAddress: 'scaler.shop:9090',
        queue: 'orders',
        threshold: 7,
        passwordFromEnv: 'PASSWORD',
      }),
    );
    expect(target).toEqual({
      perInstance: 5,
      metric: {
        kedaExternal: {
          endpoint: 'grpc://scaler.shop:9090',
          scaledObject: { name: 'web', namespace: 'shop' },
          scalerMetadata: [
            { name: 'queue', value: 'orders' },
            { name: 'threshold', value: '7' },
            { name: 'passwordFromEnv', secret: { fromEnv: 'PASSWORD' } },
          ],
        },
      },
    });
    expect(problems).toEqual([]);
    const text = said.join('\n');
    expect(text).toContain(
      'metadata: FILL IN: what one instance is to have is what the scaler answers to GetMetricSpec',
    );
    expect(text).toContain('passwordFromEnv: variable PASSWORD must be set where the operator is started');
  });

  it('takes a certificate from a TriggerAuthentication, over TLS', () => {
    const of = (parameter: string) => ({ parameter, name: 'scaler', key: parameter });
    const { target, said, problems } = importedTrigger(
      trigger({ scalerAddress: 'scaler:9090', unsafeSsl: 'true' }),
      { secretTargetRef: ['caCert', 'tlsClientCert', 'tlsClientKey'].map(of) },
    );
    const from = (key: string) => ({ fromSecret: { name: 'scaler', key } });
    expect(target?.metric).toEqual({
      kedaExternal: {
        endpoint: 'grpcs://scaler:9090',
        scaledObject: { name: 'web', namespace: 'shop' },
        auth: { certificate: from('tlsClientCert'), key: from('tlsClientKey') },
      },
    });
    expect(problems).toEqual([]);
    const text = said.join('\n');
    expect(text).toContain('metadata.caCert: FILL IN');
    expect(text).toContain('metadata.unsafeSsl: is not taken over');
  });

  it('has a file of certificates as before', () => {
    const { target } = importedTrigger(trigger({ scalerAddress: 'scaler:9090', tlsCertFile: '/tls/ca.pem' }));
    expect(target?.metric).toMatchObject({
      kedaExternal: { endpoint: 'grpcs://scaler:9090', caFile: '/tls/ca.pem' },
    });
  });

  it('without an address is left out, and that is said', () => {
    const { target, said } = importedTrigger(trigger({ queue: 'orders' }));
    expect(target).toBeUndefined();
    expect(said.join('\n')).toContain('it names no scaler: the trigger is left out');
  });
});
