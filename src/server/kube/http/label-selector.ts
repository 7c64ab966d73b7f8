// server: the `labelSelector` of a list or a watch.

import { type Labels, parseLabelSelector } from '../../../api/labels/label-selector.ts';
import { badRequest } from './failure.ts';

export type LabelMatcher = (labels: Labels | undefined) => boolean;

/** @throws ApiFailure BadRequest that quotes the part that is not understood */
export function labelSelector(text: string): LabelMatcher {
  const selector = parseLabelSelector(text);
  if ('problem' in selector) throw badRequest(selector.problem);
  return (labels) => selector.matches(labels);
}
