// emulator: pods, of which there are none and will be none: this server runs plain processes. Reading says so as
// Marathon does, writing is refused in words of our own.

import { ApiError, invalidShape, notFound } from '../../api-error.ts';
import { isObject } from '../../definition/shapes/shape.ts';
import { type Call, empty, json, readJson } from '../protocol/call.ts';
import { type Route, route } from '../protocol/router.ts';
import { idOf } from './app-reads.ts';

export function podRoutes(): Route[] {
  return [
    route('GET', '/v2/pods', ({ request }) => (request.method === 'HEAD' ? empty(200) : json(200, []))),
    route('POST', '/v2/pods', refuse),
    route('GET', '/v2/pods/::status', () => json(200, [])),
    route('GET', '/v2/pods/{id+}::status', unknownPod),
    route('GET', '/v2/pods/{id+}::versions', unknownPod),
    route('GET', '/v2/pods/{id+}::versions/{version}', unknownPod),
    route('DELETE', '/v2/pods/{id+}::instances', unknownPath),
    route('DELETE', '/v2/pods/{id+}::instances/{instance}', unknownPath),
    route('GET', '/v2/pods/{id+}', (call) => {
      // Marathon puts one body into another.
      throw notFound(`{"message": "pod with ${idOf(call)} does not exist"}`);
    }),
    route('PUT', '/v2/pods/{id+}', refuse),
    route('DELETE', '/v2/pods/{id+}', unknownPod),
    route('GET', '/v2/plugins', () => json(200, { plugins: [] })),
  ];
}

function unknownPod(call: Call): never {
  throw notFound(`Pod '${idOf(call)}' does not exist`);
}

function unknownPath(call: Call): never {
  throw new ApiError(404, `Path '${idOf(call)}' does not exist`);
}

async function refuse(call: Call): Promise<Response> {
  const body = await readJson(call);
  const id = isObject(body) ? body['id'] : undefined;
  if (!isObject(body))
    throw invalidShape([{ path: '/id', errors: [`${JSON.stringify(body)} is not an object`] }]);
  if (id === undefined) throw invalidShape([{ path: '/id', errors: ['error.path.missing'] }]);
  throw new ApiError(422, 'This server runs plain processes and no pods; make it an app at /v2/apps');
}
