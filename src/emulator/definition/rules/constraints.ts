// emulator: placement constraints: operators and their values.

import type { GivenApp } from '../given.ts';
import { isJavaPattern } from '../jvm/java-pattern.ts';
import type { Violation } from './violation.ts';

const LITERAL = /^[a-zA-Z0-9_/.-]*$/;

export function constraints(app: GivenApp): readonly Violation[] {
  return app.constraints.flatMap((constraint) => {
    const error = constraintProblem(constraint);
    return error === undefined ? [] : [{ path: '/constraints', error, of: constraint.join('\n') }];
  });
}

function constraintProblem(constraint: readonly string[]): string | undefined {
  const [field = '', operator = '', value] = constraint;
  if (constraint.length < 2 || constraint.length > 3) return 'Each constraint must have either 2 or 3 fields';
  if (field === '') return 'illegal constraint specification';
  const problem = PROBLEMS[operator.toUpperCase()];
  return problem === undefined
    ? 'operator must be one of the following UNIQUE, CLUSTER, GROUP_BY, LIKE, MAX_PER, UNLIKE or IS'
    : problem(value);
}

const PROBLEMS: Readonly<Record<string, (value: string | undefined) => string | undefined>> = {
  UNIQUE: (value) => (value === undefined ? undefined : 'UNIQUE does not accept a value'),
  CLUSTER: () => undefined,
  GROUP_BY: (value) =>
    value === undefined || isInt(value)
      ? undefined
      : 'GROUP BY must define an integer value or else no value at all',
  MAX_PER: (value) => (isInt(value) ? undefined : 'MAX_PER requires an integer value'),
  LIKE: pattern,
  UNLIKE: pattern,
  IS: (value = '') =>
    LITERAL.test(value)
      ? undefined
      : 'IS only supports Mesos text and float values (see http://mesos.apache.org/documentation/latest/attributes-resources/)',
};

function pattern(value: string | undefined): string | undefined {
  if (value === undefined) return 'LIKE and UNLIKE require a non-empty, regular expression value';
  return isJavaPattern(value) ? undefined : 'is not a valid regular expression';
}

/** As Java reads an int. */
function isInt(value: string | undefined): boolean {
  return value !== undefined && /^[+-]?\d+$/.test(value) && Math.trunc(Number(value)) === (Number(value) | 0);
}

/** Operators in another case pass all rules and cannot be stored. */
export function unstorableConstraint(app: GivenApp): string | undefined {
  const found = app.constraints.find(([, operator = '']) => !Object.hasOwn(PROBLEMS, operator));
  return found === undefined ? undefined : `illegal constraint specification ${found.join(',')}`;
}
