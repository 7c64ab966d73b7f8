// api: where instances may run.

import { listOf } from '../../app-definition/network.ts';
import { badPattern } from './pattern.ts';
import { type Complaints, complaint, type Read } from './subject.ts';

export function checkConstraints({ read }: Read): Complaints {
  return (listOf(read['constraints']) ?? []).flatMap((constraint, i) => {
    const wrong = complaintAbout(listOf(constraint) ?? []);
    return wrong === undefined ? [] : [complaint(['constraints', i], wrong)];
  });
}

const OPERATORS = ['UNIQUE', 'CLUSTER', 'GROUP_BY', 'LIKE', 'UNLIKE', 'MAX_PER', 'IS'];

function complaintAbout(constraint: readonly unknown[]): string | undefined {
  const [field, operator, value] = constraint;
  if (constraint.length < 2 || constraint.length > 3)
    return 'must have two or three elements: [field, operator, value]';
  if (field === '') return 'must name a field: hostname, or an attribute of the agents';
  switch (operator) {
    case 'UNIQUE':
      return value === undefined ? undefined : 'must have no value with UNIQUE';
    case 'CLUSTER':
      return undefined;
    case 'GROUP_BY':
      return value === undefined || isInt(value)
        ? undefined
        : 'must have no value, or an integer as text, with GROUP_BY';
    case 'MAX_PER':
      return isInt(value) ? undefined : 'must have an integer as text with MAX_PER';
    case 'LIKE':
    case 'UNLIKE':
      return likeComplaint(operator, value);
    case 'IS':
      return typeof value !== 'string' || /^[a-zA-Z0-9_/.-]*$/.test(value)
        ? undefined
        : 'must have text of letters, digits and _/.- with IS';
    default:
      return `must have one of ${OPERATORS.join(', ')} as its operator`;
  }
}

function likeComplaint(operator: string, value: unknown): string | undefined {
  if (typeof value !== 'string') return `must have a regular expression with ${operator}`;
  return badPattern(value) ? `has a value that is not a regular expression: ${value}` : undefined;
}

function isInt(value: unknown): boolean {
  return typeof value === 'string' && /^[+-]?\d+$/.test(value) && Math.abs(Number(value)) <= 2 ** 31 - 1;
}
