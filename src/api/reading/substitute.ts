// api: `${NAME}` in the texts of a spec, for variables that the administrator has named.

import { isObject, type JsonObject } from '../schema/json-schema.ts';
import { error, type Finding } from '../validation/finding.ts';
import { below, showPath } from '../validation/pointer.ts';
import type { ResourceValidator } from '../validation/validate.ts';

/** Undefined for one that is named and not set. */
export type Variables = ReadonlyMap<string, string | undefined>;

const REFERENCE = /(\$?)\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/**
 * The same validator for documents in which `${NAME}` stands for a variable. Only texts below `spec` are looked at,
 * after parsing: no value can become anything but text, and names stay what they are. `$${NAME}` stands for
 * `${NAME}`; a `${…}` of any other name belongs to another program (a shell, Marathon) and is left as it is.
 */
export function withVariables(validator: ResourceValidator, variables: Variables): ResourceValidator {
  if (variables.size === 0) return validator;
  return {
    validate: (document) => {
      const findings: Finding[] = [];
      const substituted = substitute(document['spec'], '/spec', { variables, findings });
      const result = validator.validate({ ...document, ...('spec' in document && { spec: substituted }) });
      return findings.length === 0 ? result : { findings: [...findings, ...result.findings] };
    },
  };
}

interface Substitution {
  readonly variables: Variables;
  readonly findings: Finding[];
}

function substitute(value: unknown, pointer: string, into: Substitution): unknown {
  if (typeof value === 'string') return inText(value, pointer, into);
  if (Array.isArray(value)) return value.map((item, i) => substitute(item, below(pointer, i), into));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, child]) => [name, substitute(child, below(pointer, name), into)]),
  ) satisfies JsonObject;
}

function inText(text: string, pointer: string, { variables, findings }: Substitution): string {
  return text.replace(REFERENCE, (whole: string, escaped: string, name: string) => {
    if (!variables.has(name)) return whole;
    if (escaped !== '') return whole.slice(1);
    const value = variables.get(name);
    if (value === undefined) {
      findings.push(
        error(
          pointer,
          `${showPath(pointer)}: variable ${name} is not set: set it where the operator is started`,
        ),
      );
    }
    return value ?? whole;
  });
}
