import { describe, expect, it } from 'vitest';
import type { Home } from '../../../src/api/homes.ts';
import type { CapacityPool, PoolMembers, Resource } from '../../../src/api/policy.ts';
import { PolicyStore } from '../../../src/controller/policies/policy-store.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { createMemoryDocumentStore } from '../../../src/runtime/document-store.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { anApp, aPolicy, aPool } from '../../support/fakes.ts';

const HOMES: Readonly<Record<string, Home>> = { dir: 'Folder', git: 'Git', api: 'API' };

function aStore() {
  const store = new PolicyStore({
    clock: new VirtualClock(),
    log: silentLogger,
    documents: createMemoryDocumentStore(),
    sources: Object.keys(HOMES),
    isTrusted: (source) => source === 'dir',
    homeOf: (source) => HOMES[source],
  });
  return {
    list(source: string, ...documents: readonly Resource[]): void {
      const resources = documents.map((resource, i) => ({
        resource,
        place: `${source}/${i}`,
        revision: 'r',
      }));
      store.update([{ source, snapshot: { resources, invalid: [], problems: [], complete: true } }]);
    },
    /** `runs` or why not. */
    verdict(name: string): string {
      const record = store
        .pools()
        .flatMap(({ members }) => members)
        .find(({ key }) => key === `default/${name}`);
      if (record === undefined) return 'absent';
      const { running, accepted } = record;
      return `${running === undefined ? 'stands' : 'runs'}: ${accepted.reason}: ${accepted.message}`;
    },
  };
}

function pool(...members: readonly PoolMembers[]): CapacityPool {
  const { spec, ...rest } = aPool('shared', 10);
  return { ...rest, spec: { ...spec, ...(members.length > 0 && { members }) } };
}

const policy = (name: string, priority = 1) => aPolicy(name, [anApp(name, { priority })], { pool: 'shared' });

describe('a pool of the administrator', () => {
  it('lets the administrator in, and a stranger not', () => {
    const { list, verdict } = aStore();
    list('dir', pool(), policy('own'));
    list('git', policy('stranger'));
    expect(verdict('own')).toBe('runs: Valid: the policy is valid');
    expect(verdict('stranger')).toBe(
      'stands: NotAMember: pool `shared` does not say that policies from Git in namespace default may join it; let it say so (`members: [{ homes: [Git] }]`), or give the policy a capacity of its own',
    );
  });

  it.each<[string, PoolMembers, number, RegExp]>([
    ['its home', { homes: ['Git'], highestPriority: 2 }, 2, /^runs: Valid/],
    ['its namespace', { namespaces: ['default'] }, 1, /^runs: Valid/],
    ['another home', { homes: ['API', 'Kubernetes'] }, 1, /^stands: NotAMember/],
    ['another namespace', { namespaces: ['team'] }, 1, /^stands: NotAMember/],
    ['its home in another namespace', { homes: ['Git'], namespaces: ['team'] }, 1, /^stands: NotAMember/],
    ['its home, of a lower priority', { homes: ['Git'], highestPriority: 5 }, 9, /^runs: Valid/],
    [
      'its home, but not with its priority',
      { homes: ['Git'], highestPriority: 3 },
      2,
      /^stands: NotAMember: pool `shared` lets policies from Git in namespace default join with priority 3 at the highest \(1 is highest\), and app guest has 2; /,
    ],
  ])('that names %s', (_, members, priority, says) => {
    const { list, verdict } = aStore();
    list('dir', pool(members));
    list('git', policy('guest', priority));
    expect(verdict('guest')).toMatch(says);
  });

  it('with several rules for a namespace takes the one that allows most', () => {
    const { list, verdict } = aStore();
    list('dir', pool({ highestPriority: 5 }, { homes: ['Git'], highestPriority: 2 }));
    list('git', policy('guest', 2));
    list('api', policy('other', 2));
    expect(verdict('guest')).toMatch(/^runs/);
    expect(verdict('other')).toMatch(/^stands: NotAMember.*priority 5 at the highest/);
  });

  it('puts out who may not be in it any more, and keeps the last good version of a bad edit', () => {
    const { list, verdict } = aStore();
    list('dir', pool({ homes: ['Git'], highestPriority: 2 }));
    list('git', policy('guest', 2));
    list('git', policy('guest', 1));
    expect(verdict('guest')).toMatch(/^runs: NotAMember/);
    list('dir', pool());
    expect(verdict('guest')).toMatch(/^stands: NotAMember/);
    list('dir', pool({ homes: ['Git'] }));
    expect(verdict('guest')).toMatch(/^runs: Valid/);
  });

  it('is not replaced by a pool of its name from somebody else', () => {
    const { list, verdict } = aStore();
    list('git', pool({ homes: ['Git'] }), policy('guest'));
    expect(verdict('guest')).toMatch(/^runs: Valid/);
    list('dir', pool());
    expect(verdict('guest')).toMatch(/^stands: NotAMember/);
  });
});

describe("a pool of somebody else's", () => {
  it('is open to its own home, and to others as it says', () => {
    const { list, verdict } = aStore();
    list('git', pool(), policy('own'));
    list('api', policy('other'));
    expect(verdict('own')).toMatch(/^runs: Valid/);
    expect(verdict('other')).toMatch(/^stands: NotAMember/);
    list('git', pool({ homes: ['API'] }), policy('own'));
    expect(verdict('own')).toMatch(/^stands: NotAMember/);
    expect(verdict('other')).toMatch(/^runs: Valid/);
  });
});
