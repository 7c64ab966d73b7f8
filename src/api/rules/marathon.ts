// api: the rules of `marathon`.

import { error, type Finding } from '../finding.ts';
import { below, showPath } from '../pointer.ts';
import type { MarathonSpec } from '../policy.ts';
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
