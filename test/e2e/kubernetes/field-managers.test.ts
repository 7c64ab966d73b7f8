// `kubectl apply` against a cluster that fills in the defaults of our CRDs: nothing changes that nobody changed.

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KubeServer, startKubeServer } from '../../support/kubernetes/kube-server.ts';
import { homeOf, Kubectl, kubectlMissing, kubectlPrograms } from '../../support/kubernetes/kubectl.ts';
import { ROOT } from '../../support/programs/command.ts';
import { Laptop } from '../../support/programs/laptop.ts';

const programs = kubectlPrograms();
const laptop = new Laptop();
let cluster: KubeServer;

beforeAll(async () => {
  cluster = await startKubeServer();
});
afterAll(async () => {
  await cluster.close();
  await laptop.end();
});

describe.skipIf(kubectlMissing(programs)).each(programs)('kubectl $version', (program) => {
  const kubectl = (): Kubectl => new Kubectl(program, cluster.url, homeOf(program, laptop.dir));

  it.each(['queue-demo', 'priority-demo', 'all-fields'])(
    'says unchanged when %s is applied twice',
    async (name) => {
      const file = join(ROOT, 'specs/policies', `${name}.yaml`);
      await kubectl().does(['apply', '-f', file]);
      const again = (await kubectl().does(['apply', '-f', file])).split('\n');
      expect(again.filter((line) => !line.endsWith(' unchanged'))).toEqual([]);
    },
  );
});
