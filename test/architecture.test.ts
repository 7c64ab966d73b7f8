// Holds the table of who may import whom (CONTRIBUTING.md): arrows point downward, siblings do not know each other.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const src = resolve(import.meta.dirname, '../src');
const test = import.meta.dirname;

/** Each room and the rooms it may import besides itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  api: ['lang'],
  core: ['lang', 'api'],
  runtime: ['lang'],
  'policy-sources': ['lang', 'api', 'runtime'],
  'metric-sources': ['lang', 'api', 'core', 'runtime'],
  schedulers: ['lang', 'api', 'core', 'runtime'],
  controller: ['lang', 'api', 'core', 'runtime', 'policy-sources', 'metric-sources', 'schedulers'],
  recorder: ['lang', 'api', 'core', 'runtime', 'controller'],
  simulator: ['lang', 'api', 'core', 'runtime', 'metric-sources', 'controller', 'recorder'],
  server: ['lang', 'api', 'core', 'runtime', 'controller', 'recorder'],
  emulator: ['lang', 'runtime'],
  programs: ['lang', 'runtime'],
  app: [
    'lang',
    'api',
    'core',
    'runtime',
    'policy-sources',
    'metric-sources',
    'schedulers',
    'controller',
    'recorder',
    'simulator',
    'server',
    'emulator',
    'programs',
  ],
  cli: ['lang', 'api', 'core', 'runtime', 'controller', 'recorder', 'simulator', 'server', 'app'],
  lang: [],
};

/** Folders of an adapter room that its adapters have in common. */
const SHARED_FOLDERS = ['connection', 'definition', 'docker-engine', 'idle', 'shared-pools'];

/** The adapter folders: within these rooms one folder never imports another. */
const ADAPTER_ROOMS = ['policy-sources', 'metric-sources', 'schedulers'];

/** The only place each of these packages may be imported. */
const PACKAGE_HOME: Readonly<Record<string, readonly string[]>> = {
  '@kubernetes/client-node': ['runtime/kubernetes'],
  '@bufbuild/protobuf': ['server/kube'],
  '@aws-sdk/client-ecs': ['schedulers/ecs'],
  '@aws-sdk/client-sqs': ['metric-sources/clouds/sqs'],
  '@azure/storage-queue': ['programs'],
  '@grpc/grpc-js': ['metric-sources/queries/keda-external'],
  '@grpc/proto-loader': ['metric-sources/queries/keda-external'],
  '@marcbachmann/cel-js': ['core', 'api'],
  croner: ['core', 'api'],
  pg: ['metric-sources/queries/postgresql'],
  undici: ['runtime/network', 'schedulers/docker-engine'],
  axios: ['schedulers/marathon', 'cli'],
  '@grafana/schema': ['app/tools'],
  'js-yaml': ['api', 'cli', 'app', 'runtime/kubernetes'],
  'json-p3': ['cli'],
  ajv: ['api', 'app', 'metric-sources'],
  chokidar: ['policy-sources/directory'],
  commander: ['cli'],
  hono: ['server', 'emulator'],
  '@hono/node-server': ['runtime', 'server', 'emulator'],
  '@opentelemetry/api': ['server/otlp'],
  '@opentelemetry/core': ['server/otlp'],
  '@opentelemetry/exporter-metrics-otlp-proto': ['server/otlp'],
  '@opentelemetry/exporter-trace-otlp-proto': ['server/otlp'],
  '@opentelemetry/resources': ['server/otlp'],
  '@opentelemetry/sdk-metrics': ['server/otlp'],
  '@opentelemetry/sdk-trace-base': ['server/otlp'],
  pino: ['runtime'],
  'prom-client': ['server'],
  'pino-pretty': ['runtime'],
  'eventsource-parser': ['schedulers/marathon', 'cli'],
  uplot: ['server/page'],
};

const MOST_ENTRIES = 16;

/** What pure rooms must not say. */
const IMPURE = [
  /\bawait\b/,
  /\bDate\.now\b|new Date\(\)/,
  /\bMath\.random\b/,
  /\bprocess\./,
  /\bconsole\./,
  /\bsetTimeout\b/,
];

/** Where a scheduler's name stands above its adapter, and why; everything else is neutral. */
const NAMED_AFTER_A_SCHEDULER: readonly {
  readonly file: string;
  readonly says: RegExp;
  readonly why: string;
}[] = [
  { file: 'controller/ownership/codec.ts', says: /^marathon$/, why: 'a field in stores of earlier versions' },
  { file: 'controller/policies/workloads.ts', says: /^marathon$/, why: 'a field of the resource' },
  {
    file: 'controller/status/conditions/applied.ts',
    says: /^Marathon(Refused|Unavailable)$/,
    why: 'reasons in the closed list of the resource',
  },
  {
    file: 'controller/status/events/event-reasons.ts',
    says: /^Marathon(Refused|Unavailable)$/,
    why: 'reasons in the closed list of the resource',
  },
  { file: 'controller/status/policy-status.ts', says: /^marathon$/, why: "a field of the resource's status" },
  {
    file: 'server/metrics/gauges.ts',
    says: /^microscaling_marathon_/,
    why: 'names that dashboards and alerts read',
  },
  {
    file: 'server/metrics/metrics.ts',
    says: /^microscaling_marathon_/,
    why: 'names that dashboards and alerts read',
  },
  { file: 'server/access/host-check.ts', says: /^mesos$/, why: 'a domain of private names' },
];

/** Words with a scheduler's name in them, in code, texts and comments; a link to the documentation is none. */
function schedulerNamesIn(text: string): string[] {
  return text.replace(/docs\/design\/\w+\.md/g, '').match(/\w*(?:marathon|mesos)\w*/gi) ?? [];
}

interface Import {
  readonly file: string;
  readonly target: string;
}

function filesOf(dir: string, kind: RegExp): string[] {
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((e) => e.isFile() && kind.test(e.name))
    .map((e) => join(e.parentPath, e.name));
}

function files(dir: string): string[] {
  return filesOf(dir, /\.ts$/);
}

function foldersIn(folder: string): string[] {
  const inside = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [folder, ...inside.flatMap((entry) => foldersIn(join(folder, entry.name)))];
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const statement =
    /^(?:import|export)\s+(?:type\s+)?(?:\{[^}]*\}|\*(?:\s+as\s+\w+)?|\w+(?:\s*,\s*\{[^}]*\})?)\s+from\s+'([^'\n]+)'/gm;
  const bareOrDynamic = /(?:^import\s+|\bimport\(\s*)'([^'\n]+)'/gm;
  return [...text.matchAll(statement), ...text.matchAll(bareOrDynamic)].map((m) => ({
    file,
    target: m[1] ?? '',
  }));
}

function place(path: string): string {
  return relative(src, path).split(sep).join('/');
}

/** The outermost folder below the room that has an index, in whatever family it stands; without one, the room's own folder. */
function adapterOf(path: readonly string[]): string {
  const [, ...folders] = path.slice(0, -1).map((_, i) => path.slice(0, i + 1).join('/'));
  return folders.find((folder) => existsSync(join(src, folder, 'index.ts'))) ?? folders[0] ?? '';
}

function packageName(target: string): string {
  const parts = target.split('/');
  return target.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
}

const all = files(src).flatMap(importsOf);
const local = all.filter((i) => i.target.startsWith('.'));
const external = all.filter((i) => !i.target.startsWith('.') && !i.target.startsWith('node:'));

describe('architecture', () => {
  it('sees the source tree', () => {
    expect(files(src).length).toBeGreaterThan(10);
    expect(local.length).toBeGreaterThan(10);
  });

  it('lets every room import only the rooms below it', () => {
    const wrong = local.flatMap(({ file, target }) => {
      const from = place(file).split('/')[0] ?? '';
      const to = place(resolve(dirname(file), target)).split('/')[0] ?? '';
      return from === to || MAY_IMPORT[from]?.includes(to) ? [] : [`${place(file)} -> ${to}`];
    });
    expect(wrong).toEqual([]);
  });

  it('shows few entries in each folder of every room and of its tests', () => {
    const rooms = readdirSync(test, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const folders = [
      ...Object.keys(MAY_IMPORT).flatMap((room) => foldersIn(join(src, room))),
      ...rooms.flatMap((room) => foldersIn(join(test, room.name))),
    ];
    const large = folders.flatMap((folder) => {
      const entries = readdirSync(folder).length;
      return entries > MOST_ENTRIES ? [`${place(folder)}: ${entries}`] : [];
    });
    expect(large).toEqual([]);
  });

  it('keeps the inside of the embedded server to itself', () => {
    const wrong = local.filter(({ file, target }) => {
      const to = place(resolve(dirname(file), target));
      return to.startsWith('emulator/') && to !== 'emulator/index.ts' && !place(file).startsWith('emulator/');
    });
    expect(wrong.map(({ file, target }) => `${place(file)} -> ${target}`)).toEqual([]);
  });

  it('keeps the bench out of what is published', () => {
    const wrong = local.filter(({ file, target }) => place(resolve(dirname(file), target)).startsWith('..'));
    expect(wrong.map(({ file, target }) => `${place(file)} -> ${target}`)).toEqual([]);
  });

  it('keeps adapters of one room apart, and concrete adapters out of the controller', () => {
    const wrong = local.flatMap(({ file, target }) => {
      const from = place(file).split('/');
      const to = place(resolve(dirname(file), target)).split('/');
      const room = to[0] ?? '';
      if (!ADAPTER_ROOMS.includes(room) || to.length < 3) return [];
      if (from[0] === 'app') return [];
      const shares = SHARED_FOLDERS.includes(to[1] ?? '');
      const sibling = from[0] === room && (from.length < 3 || adapterOf(from) === adapterOf(to) || shares);
      return sibling ? [] : [`${from.join('/')} -> ${to.join('/')}`];
    });
    expect(wrong).toEqual([]);
  });

  it('imports each package only where it belongs', () => {
    const wrong = external.flatMap(({ file, target }) => {
      const homes = PACKAGE_HOME[packageName(target)];
      return homes?.some((home) => place(file).startsWith(`${home}/`)) ? [] : [`${place(file)} -> ${target}`];
    });
    expect(wrong).toEqual([]);
  });

  it('keeps core pure', () => {
    const wrong = files(join(src, 'core')).flatMap((file) => {
      const code = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
      return IMPURE.filter((p) => p.test(code)).map((p) => `${place(file)}: ${p.source}`);
    });
    expect(wrong).toEqual([]);
    const nodeImports = all.filter(
      (i) => /^(core|api)\//.test(place(i.file)) && i.target.startsWith('node:'),
    );
    expect(nodeImports.map((i) => `${place(i.file)} -> ${i.target}`)).toEqual([]);
  });

  it('names no scheduler in core', () => {
    const named = files(join(src, 'core')).filter((file) =>
      /marathon|mesos/i.test(readFileSync(file, 'utf8')),
    );
    expect(named.map(place)).toEqual([]);
  });

  const found = ['controller', 'server'].flatMap((room) =>
    filesOf(join(src, room), /\.(ts|js|html|css)$/).flatMap((file) =>
      schedulerNamesIn(readFileSync(file, 'utf8')).map((name) => ({ file: place(file), name })),
    ),
  );

  it('names no scheduler above its adapter, neither in code nor in what people read', () => {
    const wrong = found.filter(
      ({ file, name }) =>
        !NAMED_AFTER_A_SCHEDULER.some((allowed) => allowed.file === file && allowed.says.test(name)),
    );
    expect(wrong).toEqual([]);
  });

  it.each(NAMED_AFTER_A_SCHEDULER)('still needs the name in $file: $why', ({ file, says }) => {
    expect(found.some((each) => each.file === file && says.test(each.name))).toBe(true);
  });

  it('knows a metric source by its folder and its registration only', () => {
    const known = local.flatMap(({ file, target }) => {
      const [from, to] = [place(file), place(resolve(dirname(file), target))];
      const [room, folder, inside] = to.split('/');
      const isSource =
        room === 'metric-sources' && inside !== undefined && !SHARED_FOLDERS.includes(folder ?? '');
      return isSource && adapterOf(from.split('/')) !== adapterOf(to.split('/')) ? [from] : [];
    });
    expect([...new Set(known)]).toEqual(['metric-sources/registry.ts']);
  });

  it('has no import cycle', () => {
    const graph = new Map<string, string[]>();
    for (const { file, target } of local) {
      graph.set(file, [...(graph.get(file) ?? []), resolve(dirname(file), target)]);
    }
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) {
        cycles.push([...path.slice(path.indexOf(file)), file].map(place).join(' -> '));
        return;
      }
      if (done.has(file)) return;
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of graph.keys()) visit(file, []);
    expect(cycles).toEqual([]);
  });
});

describe('the walk of CONTRIBUTING, one number from queue to scheduler', () => {
  const text = readFileSync(resolve(src, '../CONTRIBUTING.md'), 'utf8');
  const steps = [...text.matchAll(/^\| \d+ \| (.*?) \| `src\/([^`]+)` \|/gm)].map(
    ([, name = '', file = '']) => ({ name, file }),
  );
  const imported = new Map(Map.groupBy(local, (i) => place(i.file)));
  const knows = (file: string, other: string): boolean =>
    (imported.get(file) ?? []).some((i) => place(resolve(dirname(i.file), i.target)) === other);

  /** Between two steps that do not know each other: the port, the shape's home or the caller that joins them. */
  const THROUGH: Readonly<Record<string, string>> = {
    'controller/round/observe.ts': 'metric-sources/source.ts',
    'core/decide.ts': 'core/decision.ts',
    'schedulers/marathon/act.ts': 'schedulers/scheduler.ts',
  };

  it('has the steps of a round in their order', () => {
    const names = steps.map(({ name }) => name).filter((name) => /^[a-z]+$/.test(name));
    expect(names).toEqual(['observe', 'assess', 'decide', 'plan', 'act']);
    for (const name of names)
      expect(steps.find((step) => step.name === name)?.file).toBe(`controller/round/${name}.ts`);
  });

  it.each(steps.slice(1).map(({ file }, i) => ({ file, earlier: steps.slice(0, i + 1) })))(
    'is joined at $file',
    ({ file, earlier }) => {
      const joins = (a: string, b: string): boolean => knows(a, b) || knows(b, a);
      const through = THROUGH[file];
      const joined = earlier.filter((step) =>
        through === undefined ? joins(file, step.file) : joins(file, through) && joins(through, step.file),
      );
      expect(joined.map((step) => step.file)).not.toEqual([]);
    },
  );
});
