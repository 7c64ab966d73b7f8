// api: a schema as a function. Its parts are compiled when a document first has them: a policy names one metric and one
// scheduler of many, and what it does not name costs neither time nor memory.

import { Ajv, type ErrorObject, type SchemaValidateFunction, type ValidateFunction } from 'ajv';
import { type JsonSchema, mapValues, strictCopy } from '../schema/json-schema.ts';

const KEYWORD = 'compiledWhenNamed';
/** Of its JSON; what is smaller is not worth a function of its own. */
const WORTH_IT = 1_500;

/** @returns what is wrong with a document; nothing when all is well */
export function compiledSchema(schema: JsonSchema): (document: unknown) => readonly ErrorObject[] {
  // `allErrors`: people mend a file once, not once per mistake. Texts are at most 1 MiB and every pattern is linear.
  const ajv = new Ajv({
    allErrors: true,
    verbose: true,
    strict: false,
    validateFormats: false,
    // A few documents are checked, once each: compiling fast is worth more than checking fast.
    code: { optimize: false },
  });
  let found: ErrorObject[] = [];
  const compiled = new Map<object, ValidateFunction>();
  const run = (part: object, data: unknown, place: string): void => {
    const validate = compiled.get(part) ?? ajv.compile(part);
    compiled.set(part, validate);
    const first = found.length;
    if (validate(data)) return;
    const inside = found.splice(first);
    // Ajv would write its own place, data and schema over those that a keyword tells. What is outside comes first.
    for (const error of validate.errors ?? [])
      found.push({ ...error, instancePath: `${place}${error.instancePath}` });
    for (const error of inside) found.push(error);
  };
  let above = '';
  const validate: SchemaValidateFunction = (part: object, data: unknown, _, context) => {
    const before = above;
    above = `${before}${context?.instancePath ?? ''}`;
    run(part, data, above);
    above = before;
    return true;
  };
  ajv.addKeyword({ keyword: KEYWORD, schemaType: 'object', validate });
  const root = inParts(strictCopy(schema));
  return (document) => {
    found = [];
    run(root, document, '');
    return found;
  };
}

function inParts(schema: JsonSchema): object {
  return {
    ...schema,
    ...(schema.properties && { properties: mapValues(schema.properties, asPart) }),
    ...(schema.items && { items: inParts(schema.items) }),
  };
}

function asPart(schema: JsonSchema): object {
  const part = inParts(schema);
  return JSON.stringify(schema).length < WORTH_IT ? part : { [KEYWORD]: part };
}
