import { describe, expect, it } from 'vitest';
import { importedTrigger } from './imported.ts';

describe("KEDA's trigger kafka", () => {
  const trigger = (metadata: object, type = 'kafka') => ({ type, metadata });
  /** As KEDA's documentation shows it. */
  const published = {
    bootstrapServers: 'kafka.svc:9092',
    consumerGroup: 'my-group',
    topic: 'test-topic',
    lagThreshold: '5',
    activationLagThreshold: '3',
    offsetResetPolicy: 'latest',
    allowIdleConsumers: 'false',
    scaleToZeroOnInvalidOffset: 'false',
    excludePersistentLag: 'false',
    limitToPartitionsWithLag: 'false',
    version: '1.0.0',
    partitionLimitation: '1,2,10-20,31',
    sasl: 'plaintext',
    tls: 'enable',
    unsafeSsl: 'false',
  };

  it.each([
    ['disable', 'kafka://'],
    ['false', 'kafka://'],
    ['enable', 'kafkas://'],
    ['true', 'kafkas://'],
  ])('is asked with TLS only where tls says so: %s', (tls, scheme) => {
    const { target, said } = importedTrigger(trigger({ ...published, tls }));
    expect(target?.metric).toMatchObject({ kafka: { endpoint: `${scheme}kafka.svc:9092` } });
    expect(said.filter((line) => line.includes('.tls'))).toEqual([]);
  });

  it.each(['kafka', 'apache-kafka'])('%s is taken over, and no field is dropped silently', (type) => {
    const { target, said, problems } = importedTrigger(trigger({ ...published, novelty: 'x' }, type), {
      secretTargetRef: ['username', 'password', 'ca'].map((parameter) => ({
        parameter,
        name: 'k',
        key: parameter,
      })),
    });
    expect(target).toEqual({
      perInstance: 5,
      activateAt: 3,
      metric: {
        kafka: {
          endpoint: 'kafkas://kafka.svc:9092',
          topic: 'test-topic',
          group: 'my-group',
          autoOffsetReset: 'Latest',
          auth: {
            mechanism: 'PLAIN',
            usernameFrom: { fromSecret: { name: 'k', key: 'username' } },
            password: { fromSecret: { name: 'k', key: 'password' } },
          },
        },
      },
    });
    expect(problems).toEqual([]);
    const text = said.join('\n');
    expect(text).toContain('metadata.novelty: has no counterpart here');
    expect(text).toContain('ca: FILL IN');
    const taken = [
      'bootstrapServers',
      'consumerGroup',
      'topic',
      'lagThreshold',
      'activationLagThreshold',
      'offsetResetPolicy',
      'sasl',
      'tls',
    ];
    for (const field of Object.keys(published).filter((name) => !taken.includes(name)))
      expect(text).toContain(`metadata.${field}: `);
  });

  it('needs no password where none is given, and begins where the consumers do', () => {
    const { target, said, problems } = importedTrigger(
      trigger({
        bootstrapServers: 'a:9092,b:9092',
        consumerGroup: 'g',
        topic: 't',
        offsetResetPolicy: 'earliest',
      }),
    );
    expect(target).toEqual({
      perInstance: 10,
      metric: { kafka: { endpoint: 'kafka://a:9092', topic: 't', group: 'g', autoOffsetReset: 'Earliest' } },
    });
    expect(problems).toEqual([]);
    expect(said.join('\n')).toContain('metadata.bootstrapServers: only the first is taken over');
  });

  it.each([
    [{ bootstrapServers: 'a:9092', consumerGroup: 'g' }, 'give a target for each'],
    [{ bootstrapServers: 'a:9092', topic: 't' }, 'names no consumerGroup'],
  ])('%j is left out, and that is said', (metadata, says) => {
    const { target, said } = importedTrigger(trigger(metadata));
    expect(target).toBeUndefined();
    expect(said.join('\n')).toContain(says);
  });

  it('says so where the password is shown in a way that is not known here', () => {
    const { target, said } = importedTrigger(
      trigger({ bootstrapServers: 'a:9092', consumerGroup: 'g', topic: 't', sasl: 'oauthbearer' }),
    );
    expect(target?.metric).not.toMatchObject({ kafka: { auth: expect.anything() } });
    expect(said.join('\n')).toContain('metadata.sasl: oauthbearer has no counterpart');
  });
});

describe("KEDA's trigger nats-jetstream", () => {
  it('is taken over, at the port for clients', () => {
    const { target, said, problems } = importedTrigger({
      type: 'nats-jetstream',
      metadata: {
        natsServerMonitoringEndpoint: 'nats.nats.svc.cluster.local:8222',
        account: 'shop',
        stream: 'mystream',
        consumer: 'pull_consumer',
        lagThreshold: '7',
        activationLagThreshold: '15',
        useHttps: 'false',
        novelty: 'x',
      },
    });
    expect(target).toEqual({
      perInstance: 7,
      activateAt: 15,
      metric: {
        nats: {
          endpoint: 'nats://nats.nats.svc.cluster.local:4222',
          stream: 'mystream',
          consumer: 'pull_consumer',
        },
      },
    });
    expect(problems).toEqual([]);
    for (const says of [
      'account: FILL IN',
      'useHttps: is not',
      'Endpoint: the server is asked',
      'novelty: has no',
    ])
      expect(said.join('\n')).toContain(says);
  });

  it('without a consumer is left out, and that is said', () => {
    const { target, said } = importedTrigger({ type: 'nats-jetstream', metadata: { stream: 's' } });
    expect(target).toBeUndefined();
    expect(said.join('\n')).toContain('it names no stream and consumer');
  });
});

describe("KEDA's trigger nsq", () => {
  it('is taken over', () => {
    const { target, said, problems } = importedTrigger({
      type: 'nsq',
      metadata: {
        nsqLookupdHTTPAddresses: 'nsq-nsqlookupd.nsq:4161, other.nsq:4161',
        topic: 'example_topic',
        channel: 'example_channel',
        depthThreshold: '12',
        activationDepthThreshold: '0',
        useHttps: 'true',
        unsafeSsl: 'false',
        novelty: 'x',
      },
    });
    expect(target).toEqual({
      perInstance: 12,
      metric: {
        nsq: {
          lookupd: ['https://nsq-nsqlookupd.nsq:4161', 'https://other.nsq:4161'],
          topic: 'example_topic',
          channel: 'example_channel',
        },
      },
    });
    expect(problems).toEqual([]);
    for (const says of ['unsafeSsl: is not', 'novelty: has no']) expect(said.join('\n')).toContain(says);
  });

  it('without a channel is left out, and that is said', () => {
    const { target, said } = importedTrigger({ type: 'nsq', metadata: { topic: 't' } });
    expect(target).toBeUndefined();
    expect(said.join('\n')).toContain('it names no topic and channel');
  });
});
