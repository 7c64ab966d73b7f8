// The counts that we wrote and the watch has not shown yet.

import { describe, expect, it } from 'vitest';
import { workloadOf } from '../../../../src/schedulers/kubernetes/target/workload.ts';
import { Counts } from '../../../../src/schedulers/kubernetes/write/counts.ts';

function sight(replicas: number, resourceVersion: string, { uid = 'u', writer = 'kubectl' } = {}) {
  const managedFields = [{ manager: writer, fieldsV1: { 'f:spec': { 'f:replicas': {} } } }];
  const workload = workloadOf(
    { metadata: { name: 'x', uid, managedFields } },
    { group: 'apps', kind: 'Deployment' },
  );
  return { workload, replicas, resourceVersion };
}

describe('a count', () => {
  it('is what we wrote until the watch has caught up, and then what it shows', () => {
    const counts = new Counts();
    counts.wrote('x', { uid: 'u', replicas: 5, resourceVersion: '12' });
    expect(counts.show('x', sight(2, '11'))).toMatchObject({ replicas: 5, isOurs: true });
    expect(counts.show('x', sight(5, '12', { writer: 'microscaling' }))).toMatchObject({
      replicas: 5,
      isOurs: false,
    });
    expect(counts.show('x', sight(3, '13'))).toMatchObject({ replicas: 3 });
  });

  it('of a workload that was made anew is not what we wrote to the old one', () => {
    const counts = new Counts();
    counts.wrote('x', { uid: 'old', replicas: 5, resourceVersion: '12' });
    expect(counts.show('x', sight(2, '11', { uid: 'new' })).replicas).toBe(2);
  });

  it('has one version while nothing changes it, and another one after every change', () => {
    const counts = new Counts();
    const versions = [
      sight(2, '10'),
      sight(2, '11'),
      sight(3, '12'),
      sight(2, '13'),
      sight(2, '14', { writer: 'helm' }),
      sight(2, '15', { uid: 'new' }),
    ].map((each) => counts.show('x', each).version);
    expect(versions[1]).toBe(versions[0]);
    expect(new Set(versions).size).toBe(5);
  });

  it('of ours keeps its version when the watch shows it', () => {
    const counts = new Counts();
    counts.wrote('x', { uid: 'u', replicas: 5, resourceVersion: '12' });
    const before = counts.show('x', sight(2, '11')).version;
    expect(counts.show('x', sight(5, '12', { writer: 'microscaling' })).version).toBe(before);
  });

  it('of zero is ours although nobody owns it, and not when somebody has set it since', () => {
    const counts = new Counts();
    counts.wrote('x', { uid: 'u', replicas: 0, resourceVersion: '12' });
    const unowned = { ...sight(0, '13'), workload: { ...sight(0, '13').workload, writers: [] } };
    expect(counts.show('x', unowned)).toMatchObject({ replicas: 0, isOurs: true });
    expect(counts.show('x', sight(0, '14'))).toMatchObject({ isOurs: false });
  });

  it('is planned against what was told last, or written since', () => {
    const counts = new Counts();
    expect(counts.told('x')).toBeUndefined();
    counts.tell('x', sight(2, '10'));
    counts.show('x', sight(4, '11'));
    expect(counts.told('x')).toBe(2);
    counts.wrote('x', { uid: 'u', replicas: 6, resourceVersion: '12' });
    expect(counts.told('x')).toBe(6);
  });
});
