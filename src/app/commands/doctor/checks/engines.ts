// app: Docker engines that cannot be used, and images that they do not have.

import type { PolicyCheck } from '../check.ts';
import type { EngineEvidence } from '../evidence.ts';
import type { Finding } from '../finding.ts';

export const checkEngines: PolicyCheck = ({ engines }) =>
  engines === undefined
    ? { unchecked: 'no policies were given: name them with -f' }
    : engines.flatMap(findingsOf);

function findingsOf({ app, image, answer }: EngineEvidence): readonly Finding[] {
  const base = { check: 'engines', severity: 'error', app } as const;
  if (!answer.ok) {
    return [
      {
        ...base,
        what: `the engine of ${app} cannot be asked: ${answer.reason}`,
        why: 'its containers are neither started nor stopped, and its pool shares out only what is left',
        change: 'put right what it says, on the machine where the operator is to run',
      },
    ];
  }
  if (answer.value.hasImage) return [];
  return [
    {
      ...base,
      what: `the engine of ${app} has no image ${image}`,
      why: 'the operator pulls nothing: its containers would wait for the image',
      change: `docker pull ${image}, or docker load, on the engine's machine`,
    },
  ];
}
