// api: the rules of `marathon`.

import type { MarathonSpec } from '../policy.ts';
import { error, type Finding } from '../validation/finding.ts';
import { below, showPath } from '../validation/pointer.ts';
import { type Partly, present } from './partly.ts';
import { urlComplaint } from './url.ts';

export function checkMarathon(
  marathon: Partly<MarathonSpec> | undefined,
  pointer: string,
): readonly Finding[] {
  return present(marathon?.urls).flatMap(([url, i]) => {
    const complaint = urlComplaint(url);
    const place = below(pointer, 'urls', i);
    return complaint === undefined ? [] : [error(place, `${showPath(place)} ${complaint}`)];
  });
}
