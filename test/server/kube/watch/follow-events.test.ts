// The operator's records of events as objects that kubectl finds.

import { describe, expect, it } from 'vitest';
import type { EventRecord, OperatorView } from '../../../../src/controller/status/view.ts';
import { createMemoryDocumentStore } from '../../../../src/runtime/document-store.ts';
import type { OperatorKind } from '../../../../src/server/kube/kinds/operator-kind.ts';
import { EventFollower } from '../../../../src/server/kube/watch/follow-events.ts';
import { createVersions } from '../../../../src/server/kube/watch/versions.ts';
import { WatchCache } from '../../../../src/server/kube/watch/watch-cache.ts';
import { queueDemoView } from '../../../support/queue-demo.ts';

const known = await queueDemoView({ startMs: 0 });
const about = (object: string): EventRecord => ({
  atMs: 1_000,
  type: 'Normal',
  reason: 'Happened',
  object,
  message: 'it did',
});

function aFollower() {
  const events = new WatchCache({ startVersion: 0 });
  const policies = { cache: new WatchCache({ startVersion: 0 }) } as Pick<OperatorKind, 'cache'>;
  const versions = createVersions(createMemoryDocumentStore());
  const follower = new EventFollower({ events, versions, policies: policies as OperatorKind });
  return {
    look: (view: OperatorView) => follower.look(view),
    involved: () => events.list().map(({ involvedObject }) => involvedObject),
  };
}

describe('events as objects', () => {
  it.each([
    ['policy default/queue-demo', { kind: 'MicroscalingPolicy', namespace: 'default', name: 'queue-demo' }],
    ['pool default/shared', { kind: 'CapacityPool', namespace: 'default', name: 'shared' }],
    ['operator', { kind: 'Operator' }],
    ['app /queue-demo/consumer', { kind: 'MicroscalingPolicy', fieldPath: 'spec.apps{consumer}' }],
    ['app /nobody/knows', { kind: 'App', name: '/nobody/knows' }],
  ])('are about %s', (object, involved) => {
    const { look, involved: shown } = aFollower();
    look({ ...known, events: [about(object)] });
    expect(shown()).toMatchObject([involved]);
  });

  it('find the policy of an app that comes later than they do when the operator starts', () => {
    const { look, involved } = aFollower();
    const events = [about('app /queue-demo/consumer')];
    look({ ...known, ready: false, pools: [], events });
    expect(involved()).toMatchObject([{ kind: 'App' }]);
    look({ ...known, ready: false, events });
    expect(involved()).toMatchObject([{ kind: 'MicroscalingPolicy', name: 'queue-demo' }]);
  });
});
