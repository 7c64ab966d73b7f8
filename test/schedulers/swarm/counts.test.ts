import { describe, expect, it } from 'vitest';
import { createMemoryDocumentStore } from '../../../src/runtime/document-store.ts';
import { type Service, serviceOf } from '../../../src/schedulers/swarm/api/service.ts';
import { Counts } from '../../../src/schedulers/swarm/read/counts.ts';

const PLACE = 'unix:///a.sock';

function service(index: number, replicas: number, id = 'svc1'): Service {
  const Spec = { Name: 'mailer', Mode: { Replicated: { Replicas: replicas } } };
  const made = serviceOf({ ID: id, Version: { Index: index }, Spec });
  if (made === undefined) throw new Error('it is no service');
  return made;
}

/** Our write of two, seen. */
function written(documents = createMemoryDocumentStore()) {
  const counts = new Counts({ documents, place: PLACE });
  counts.sending(service(11, 4), JSON.stringify(service(12, 2).spec));
  expect(counts.tell(service(12, 2))).toBe('us');
  return { counts, documents };
}

describe('whose a count is, after the operator was restarted', () => {
  it('is ours while nobody has written the service since', () => {
    const { documents } = written();
    expect(new Counts({ documents, place: PLACE }).tell(service(12, 2))).toBe('us');
  });

  it.each([
    ['another count', service(13, 5)],
    ['something else, which leaves the count', service(13, 2)],
    ['it anew', service(12, 2, 'svc2')],
  ])('is not ours where somebody wrote %s while we were away', (_, now) => {
    const { documents } = written();
    const counts = new Counts({ documents, place: PLACE });
    expect(counts.tell(now)).toBeUndefined();
    expect(counts.tell(now)).toBeUndefined();
  });

  it('is not ours in another swarm, nor without a store', () => {
    const { documents } = written();
    expect(new Counts({ documents, place: 'unix:///b.sock' }).tell(service(12, 2))).toBeUndefined();
    expect(new Counts().tell(service(12, 2))).toBeUndefined();
  });

  it('keeps nothing of a service that is gone, and no content of a specification', () => {
    const { counts, documents } = written();
    expect([...documents.all('swarm-counts').values()]).toEqual([
      { place: PLACE, service: 'mailer', version: 'svc1/12' },
    ]);
    counts.forget('mailer');
    expect(documents.all('swarm-counts').size).toBe(0);
  });
});
