// schedulers/swarm/api: a node as a manager describes it, read into what is used of it. Pure.

import { objectIn, textIn, textMapIn } from '../../docker-engine/json.ts';
import { type Amounts, amountsOf } from './resources.ts';

export interface Node {
  readonly id: string;
  readonly hostname: string;
  readonly role: string;
  /** `ready`, `down`, `unknown`, `disconnected` */
  readonly state: string;
  /** `active`, `pause`, `drain` */
  readonly availability: string;
  readonly os: string;
  readonly architecture: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly engineLabels: Readonly<Record<string, string>>;
  readonly resources: Amounts;
}

export function nodesOf(answer: readonly unknown[]): readonly Node[] {
  return answer.flatMap((each) => nodeOf(each) ?? []);
}

function nodeOf(answer: unknown): Node | undefined {
  const raw = objectIn(answer);
  const id = textIn(raw['ID']);
  if (id === undefined) return undefined;
  const spec = objectIn(raw['Spec']);
  const description = objectIn(raw['Description']);
  const platform = objectIn(description['Platform']);
  return {
    id,
    hostname: textIn(description['Hostname']) ?? id,
    role: textIn(spec['Role']) ?? '',
    state: textIn(objectIn(raw['Status'])['State']) ?? 'unknown',
    availability: textIn(spec['Availability']) ?? 'active',
    os: textIn(platform['OS']) ?? '',
    architecture: textIn(platform['Architecture']) ?? '',
    labels: textMapIn(spec['Labels']),
    engineLabels: textMapIn(objectIn(description['Engine'])['Labels']),
    resources: amountsOf(objectIn(description['Resources'])),
  };
}
