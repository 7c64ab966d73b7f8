// An external scaler, by KEDA's own protocol: of seven messages five wait and two are taken, until Ctrl-C.

import { loadPackageDefinition, Server, ServerCredentials } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const proto = 'test/metric-sources/queries/keda-external/externalscaler.proto';
const { externalscaler } = loadPackageDefinition(loadSync(proto));
const values = { queueLength: 5, taken: 2 };
const server = new Server();
server.addService(externalscaler.ExternalScaler.service, {
  IsActive: (_, answer) => answer(null, { result: true }),
  GetMetricSpec: (_, answer) =>
    answer(null, { metricSpecs: [{ metricName: 'queueLength', targetSize: 10 }] }),
  GetMetrics: ({ request: { metricName } }, answer) =>
    answer(null, { metricValues: [{ metricName, metricValue: values[metricName] }] }),
});
server.bindAsync('127.0.0.1:26000', ServerCredentials.createInsecure(), () =>
  console.log('seven messages are in, two of them are held'),
);
