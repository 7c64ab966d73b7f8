// emulator: a port that was asked for as 0 gets a number of its own in the whole cluster when the app is stored.

import type { AppFields } from './app.ts';

const FIRST = 10_000;
const LAST = 20_000;

/** The service ports of an app in order; 0 is not yet assigned. */
export function servicePortsOf(app: AppFields): number[] {
  const mappings = app.container?.portMappings;
  if (mappings !== undefined) return mappings.map(({ servicePort }) => servicePort);
  return (app.portDefinitions ?? []).map(({ port }) => port);
}

/**
 * @param before the stored app, whose numbers are kept where the new one says 0
 * @param taken whether another app has the number
 */
export function assignServicePorts(
  app: AppFields,
  before: AppFields | undefined,
  taken: (port: number) => boolean,
): AppFields {
  const wanted = servicePortsOf(app);
  if (!wanted.includes(0)) return app;
  const own = new Set(wanted);
  const reusable = before === undefined ? [] : servicePortsOf(before).filter((p) => p !== 0 && !own.has(p));
  const next = (): number => {
    const reused = reusable.shift();
    if (reused !== undefined) return reused;
    let port = FIRST;
    while (port <= LAST && (taken(port) || own.has(port))) port++;
    own.add(port);
    return port;
  };
  return withServicePorts(
    app,
    wanted.map((port) => (port === 0 ? next() : port)),
  );
}

function withServicePorts(app: AppFields, ports: readonly number[]): AppFields {
  const mappings = app.container?.portMappings;
  if (app.container !== undefined && mappings !== undefined) {
    const portMappings = mappings.map((mapping, index) => ({ ...mapping, servicePort: ports[index] ?? 0 }));
    return { ...app, container: { ...app.container, portMappings } };
  }
  const definitions = (app.portDefinitions ?? []).map((d, index) => ({ ...d, port: ports[index] ?? 0 }));
  return { ...app, portDefinitions: definitions };
}
