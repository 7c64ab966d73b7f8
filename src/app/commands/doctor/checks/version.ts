// app: is this a Marathon that we know?

import type { Check } from '../check.ts';
import type { Finding } from '../finding.ts';

/** Minor versions of Marathon 1. */
const OLDEST = 4;
const WHOLE = 8;
const NEWEST = 11;

export const checkVersion: Check = ({ info }) => {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(info.version ?? '') ?? [];
  if (major === undefined) {
    return [
      note(
        `Marathon does not name a version that can be read (${info.version ?? 'none'})`,
        'it is treated as the newest one; an older one differs in how it scales down and how it answers',
      ),
    ];
  }
  const found = `this is Marathon ${info.version}`;
  const release = Number(major) === 1 ? Number(minor) : Number.NaN;
  if (release >= WHOLE && release <= NEWEST) return [];
  if (release >= OLDEST && release < WHOLE) {
    return [
      {
        check: 'version',
        severity: 'warning',
        what: found,
        why: 'before 1.8, waiting instances, roles and resource limits are different, and less of it was tried',
        change: 'upgrade to 1.8 or later where you can',
      },
    ];
  }
  if (release > NEWEST) return [note(found, 'it is newer than those that were tried')];
  return [
    {
      check: 'version',
      severity: 'error',
      what: found,
      why: 'microscaling was made for Marathon 1.4 to 1.11: others lack the calls it needs, or answer differently',
      change: 'upgrade to 1.8 or later',
    },
  ];
};

function note(what: string, why: string): Finding {
  const change = 'nothing; try policies in mode Observe first';
  return { check: 'version', severity: 'note', what, why, change };
}
