// api: which Marathons a resource may name, and which apps a policy may have there.

import type { MarathonSpec, MicroscalingPolicy, ObjectMeta } from '../policy.ts';
import { defaultAppId, defaultGroup } from '../schema/defaults.ts';
import { error, type Finding } from '../validation/finding.ts';
import { below, showPath } from '../validation/pointer.ts';
import { originOf, refused, type TrustRules } from './rules.ts';

/**
 * Credentials come from the resource's own `auth` or not at all: the operator has none that it would lend to
 * another Marathon, and its own references are checked as such.
 */
export function checkMarathon(marathon: MarathonSpec | undefined, rules: TrustRules): readonly Finding[] {
  return (marathon?.urls ?? []).flatMap((url, i) => {
    const pointer = below('/spec/marathon/urls', i);
    const origin = originOf(url);
    if (origin === undefined) return [error(pointer, `${showPath(pointer)} is not an http or https URL`)];
    if (rules.own.marathonOrigins.includes(origin) || rules.endpoints.includes(origin)) return [];
    return [refused(pointer, `may not name the Marathon at ${origin}`, `--allow-endpoint '${origin}'`)];
  });
}

export function checkApps({ metadata, spec }: MicroscalingPolicy, rules: TrustRules): readonly Finding[] {
  const groups = groupsOf(metadata, rules);
  return spec.apps.flatMap(({ id, name, adopt }, i) => {
    // An app of another scheduler, which has rules of its own.
    if (id === undefined) return [];
    const isDefault = id === defaultAppId(metadata, name);
    const pointer = below('/spec/apps', i, isDefault ? 'name' : 'id');
    if (id === rules.own.app) {
      return [
        error(pointer, `${showPath(pointer)}: ${id} is the operator itself; no policy from here may name it`),
      ];
    }
    const group = id.slice(0, id.lastIndexOf('/')) || '/';
    if (groups.some((each) => isWithin(id, each))) {
      // A policy calls itself what it likes, also like a group that somebody else filled.
      if (!adopt || rules.appPrefixes.length > 0) return [];
      const what = `may not take over an app that exists, ${id}`;
      return [refused(below('/spec/apps', i, 'adopt'), what, `--allow-app-prefix '${group}'`)];
    }
    const what = `may have apps under ${groups.join(', ')} only, not ${id}`;
    return [refused(pointer, what, `--allow-app-prefix '${group}'`)];
  });
}

/** Where a policy may have apps: what the administrator names, else the group that carries its own name. */
export function groupsOf(
  metadata: ObjectMeta,
  { appPrefixes }: Pick<TrustRules, 'appPrefixes'>,
): readonly string[] {
  return appPrefixes.length === 0 ? [defaultGroup(metadata)] : appPrefixes;
}

/** `/shop` holds itself and `/shop/api`, not `/shopping`. */
export function isWithin(id: string, group: string): boolean {
  const plain = !id.split('/').some((segment) => segment === '..' || segment === '.');
  return plain && (group === '/' || id === group || id.startsWith(`${group}/`));
}
