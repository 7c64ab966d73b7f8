import { describe, expect, it } from 'vitest';
import { containerDetails, containerRows } from '../../../src/schedulers/docker-engine/containers.ts';

const row = {
  Id: 'abc',
  Names: ['/shop-batch-1'],
  State: 'running',
  Status: 'Up 2 minutes (healthy)',
  Created: 1_795_930_725,
  Labels: { a: 'b' },
  Ports: [
    { IP: '0.0.0.0', PrivatePort: 8080, PublicPort: 32768, Type: 'tcp' },
    { IP: '::', PrivatePort: 8080, PublicPort: 32768, Type: 'tcp' },
    { PrivatePort: 9090, Type: 'tcp' },
  ],
};

describe('a row of the list', () => {
  it('is read into what is used of it', () => {
    expect(containerRows([row])).toEqual([
      {
        id: 'abc',
        name: 'shop-batch-1',
        state: 'running',
        health: 'healthy',
        labels: { a: 'b' },
        createdAtMs: 1_795_930_725_000,
        ports: [{ containerPort: 8080, hostPort: 32768 }],
      },
    ]);
  });

  it.each([
    ['Up 2 minutes', undefined],
    ['Up 1 second (health: starting)', 'starting'],
    ['Up 2 minutes (unhealthy)', 'unhealthy'],
    ['Exited (1) 3 minutes ago', undefined],
  ])('tells the health of %s', (status, health) => {
    expect(containerRows([{ ...row, Status: status }])[0]?.health).toBe(health);
  });

  it('holds its slot in a state that is not known here', () => {
    expect(containerRows([{ ...row, State: 'hibernating' }])[0]?.state).toBe('running');
  });

  it('is left out where it is none', () => {
    expect(containerRows([null, 3, 'text', {}, { Id: '' }])).toEqual([]);
  });
});

describe('what is read of a container', () => {
  it.each([
    ['--cpus', { NanoCpus: 1_500_000_000 }, 1.5],
    ['a quota', { CpuQuota: 50_000, CpuPeriod: 100_000 }, 0.5],
    ['a quota in the default period', { CpuQuota: 25_000 }, 0.25],
    ['nothing', {}, 0],
  ])('is its cpus from %s', (_, HostConfig, cpus) => {
    expect(containerDetails({ HostConfig }).cpus).toBe(cpus);
  });

  it('is how it ended', () => {
    const State = {
      ExitCode: 137,
      OOMKilled: true,
      StartedAt: '2026-11-29T05:38:45.768581375Z',
      FinishedAt: '0001-01-01T00:00:00Z',
      Error: '',
    };
    const details = containerDetails({ Id: 'abc', State });
    expect(details).toMatchObject({ exitCode: 137, outOfMemory: true, startedAtMs: 1_795_930_725_768 });
    expect(details).not.toHaveProperty('finishedAtMs');
    expect(details).not.toHaveProperty('startError');
  });
});
