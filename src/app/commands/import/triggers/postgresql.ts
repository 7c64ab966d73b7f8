// app: KEDA's `postgresql` trigger.

import { either, type Imported, none, type Trigger } from './trigger.ts';

export function postgresql({ metadata, parameters }: Trigger): Imported {
  const query = metadata.text('query');
  if (query === undefined) return none('it has no query');
  metadata.explain('connection', 'is not taken over: give endpoint, and user and password by reference');
  metadata.explain(
    'connectionFromEnv',
    'is not taken over: give endpoint, and user and password by reference',
  );
  metadata.note('query', 'its column must be called waiting: it is put into a query that does so');
  const [host, port, name] = ['host', 'port', 'dbName'].map((field) => parameters.plain(field)?.value);
  if (host === undefined || name === undefined) metadata.note('host', 'FILL IN: server and database');
  const mode = metadata.text('sslmode');
  const tls = MODES[mode ?? ''];
  if (mode !== undefined && tls === undefined)
    metadata.note('sslmode', `${mode} has no counterpart: VerifyFull holds`);
  return {
    kind: 'target',
    perInstance: metadata.number('targetQueryValue') ?? 1,
    metric: {
      postgresql: {
        endpoint: `postgresql://${host ?? 'FILL-IN'}:${port ?? '5432'}/${name ?? 'FILL-IN'}`,
        query: `SELECT (${query.trim().replace(/;$/, '')}) AS waiting`,
        auth: {
          ...either('username', parameters.plain('userName') ?? { value: 'FILL-IN' }),
          password: parameters.secret('password') ?? { fromEnv: 'PGPASSWORD' },
        },
        ...(tls !== undefined && { tls }),
      },
    },
  };
}

const MODES: Readonly<Record<string, string>> = {
  disable: 'Disable',
  require: 'Require',
  'verify-ca': 'VerifyCA',
  'verify-full': 'VerifyFull',
};
