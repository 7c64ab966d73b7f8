// server: OpenAPI v2 as the protobuf that kubectl before 1.27 insists on.

import { isObject } from '../../../api/schema/json-schema.ts';
import {
  bool,
  double,
  encode,
  type Field,
  int64,
  type Message,
  message,
  named,
  nested,
  only,
  repeated,
  text,
} from './protobuf.ts';

/** What the answer is called; what clients ask for has an `@`, which Go's MIME parser refuses. */
export const OPENAPI_V2_PROTOBUF_TYPE = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** As clients ask for it. */
export const OPENAPI_V2_PROTOBUF: readonly string[] = [
  'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
  OPENAPI_V2_PROTOBUF_TYPE,
];

/**
 * `openapi.v2.Document` of https://github.com/google/gnostic/blob/main/openapiv2/OpenAPIv2.proto, whose field
 * numbers are those below; what our documents do not have is not there.
 */
export function openApiV2Protobuf(document: object): Uint8Array<ArrayBuffer> {
  return encode(DOCUMENT, document);
}

/** `Any` holds a value as YAML, which JSON is. */
const ANY: Message = (writer, value) => text(2)(writer, JSON.stringify(value));

/** Members `x-…`, as repeated NamedAny. */
function withExtensions(no: number, inner: Message): Message {
  return (writer, value) => {
    inner(writer, value);
    if (!isObject(value)) return;
    const own = Object.entries(value).filter(([name]) => name.startsWith('x-'));
    named(no, ANY)(writer, Object.fromEntries(own));
  };
}

const INFO = message(() => ({ title: text(1), version: text(2) }));

const SCHEMA: Message = withExtensions(
  31,
  message(() => ({
    $ref: text(1),
    format: text(2),
    title: text(3),
    description: text(4),
    default: nested(5, ANY),
    maximum: double(7),
    minimum: double(9),
    maxLength: int64(11),
    minLength: int64(12),
    pattern: text(13),
    maxItems: int64(14),
    minItems: int64(15),
    maxProperties: int64(17),
    minProperties: int64(18),
    required: repeated(text(19)),
    enum: repeated(nested(20, ANY)),
    additionalProperties: nested(21, only(nested(1, SCHEMA))),
    type: nested(22, only(repeated(text(1)))),
    items: nested(23, only(repeated(nested(1, SCHEMA)))),
    properties: nested(25, only(named(1, SCHEMA))),
  })),
);

const BODY_PARAMETER = message(() => ({
  description: text(1),
  name: text(2),
  in: text(3),
  required: bool(4),
  schema: nested(5, SCHEMA),
}));

/** `type` has another number in a parameter of the query than in one of the path. */
const nonBody = (type: number): Message =>
  message(() => ({ required: bool(1), in: text(2), description: text(3), name: text(4), type: text(type) }));

const PARAMETER: Message = (writer, value) => {
  const where = isObject(value) ? value['in'] : undefined;
  if (where === 'body') nested(1, BODY_PARAMETER)(writer, value);
  if (where === 'query') nested(2, only(nested(3, nonBody(6))))(writer, value);
  if (where === 'path') nested(2, only(nested(4, nonBody(5))))(writer, value);
};

const RESPONSE = message(() => ({ description: text(1), schema: nested(2, only(nested(1, SCHEMA))) }));

const OPERATION: Message = withExtensions(
  13,
  message(() => ({
    description: text(3),
    operationId: text(5),
    produces: repeated(text(6)),
    consumes: repeated(text(7)),
    parameters: repeated(nested(8, only(nested(1, PARAMETER)))),
    responses: nested(9, only(named(1, only(nested(1, RESPONSE))))),
  })),
);

const PATH_ITEM = message(() => ({
  get: nested(2, OPERATION),
  put: nested(3, OPERATION),
  post: nested(4, OPERATION),
  delete: nested(5, OPERATION),
  patch: nested(8, OPERATION),
}));

const DOCUMENT = message(
  (): Readonly<Record<string, Field>> => ({
    swagger: text(1),
    info: nested(2, INFO),
    paths: nested(8, only(named(2, PATH_ITEM))),
    definitions: nested(9, only(named(1, SCHEMA))),
  }),
);
