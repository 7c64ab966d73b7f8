// app: KEDA's `metrics-api` trigger.

import { defined } from '../../../../lang/defined.ts';
import { either, type Imported, none, type Trigger, UNSAFE } from './trigger.ts';

export function metricsApi(trigger: Trigger): Imported {
  const { metadata, parameters } = trigger;
  const format = metadata.text('format') ?? 'json';
  if (format !== 'json') return none(`its answers are ${format}, and JSON alone is read here`);
  const location = metadata.text('valueLocation') ?? '';
  const pointer = pointerOf(location);
  if (pointer === undefined)
    metadata.note(
      'valueLocation',
      `FILL IN: ${JSON.stringify(location)} is more than a path; give a JSON pointer to a number`,
    );
  metadata.explain('unsafeSsl', UNSAFE);
  if (metadata.flag('aggregateFromKubeServiceEndpoints'))
    metadata.note(
      'aggregateFromKubeServiceEndpoints',
      'is not taken over: one answer is read, that of whichever pod the service chooses',
    );
  metadata.explain('aggregationType', 'is not needed: one answer is read');
  return {
    kind: 'target',
    perInstance: metadata.number('targetValue') ?? 1,
    metric: {
      http: {
        ...either('url', parameters.plain('url')),
        pointers: { waiting: pointer ?? '/FILL-IN' },
        ...credentialsOf(trigger),
      },
    },
  };
}

function credentialsOf({ metadata, parameters }: Trigger): object {
  const modes = new Set((metadata.text('authMode') ?? '').split(',').map((mode) => mode.trim()));
  const [method, name] = [metadata.text('method') ?? 'header', metadata.text('keyParamName')];
  const key = parameters.secret('apiKey');
  const token = parameters.secret('token');
  const password = parameters.secret('password');
  const basic =
    password === undefined ? undefined : { ...either('username', parameters.plain('username')), password };
  if (modes.has('tls'))
    metadata.note(
      'authMode',
      'tls is not taken over: no certificate of the operator is shown to the endpoint',
    );
  if (modes.has('apiKey') && method === 'query')
    metadata.note('method', 'query is not taken over: a secret is no part of an address here; give headers');
  const isInHeader = modes.has('apiKey') && method === 'header' && key !== undefined;
  const auth =
    modes.has('bearer') && token !== undefined
      ? { token }
      : modes.has('basic') && basic !== undefined
        ? { basic }
        : undefined;
  return {
    ...(isInHeader && { headers: [{ name: name ?? 'X-API-KEY', from: key }] }),
    ...defined({ auth }),
  };
}

/** `a.b.0` of GJSON, whose other words have no counterpart; a dot of a name is written `\.` there. */
function pointerOf(path: string): string | undefined {
  if (path === '' || /[*?|#@{}[\]"!:]/.test(path)) return undefined;
  const names = path.split(/(?<!\\)\./).map((name) => name.replaceAll('\\.', '.'));
  if (names.some((name) => name.includes('\\'))) return undefined;
  return names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
