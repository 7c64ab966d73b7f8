// app: the one option table. Flag, environment variable, config-file key, default and help text of every option;
// the parser, `--help` and the tests are made from it.

import { durationMs, isDuration } from '../api/duration.ts';
import { TerminalError } from '../runtime/errors.ts';

export type OptionType =
  | 'text'
  | 'texts'
  | 'integer'
  | 'port'
  | 'seeds'
  | 'number'
  | 'share'
  | 'duration'
  | 'flag'
  | 'address';

export interface OptionSpec {
  readonly flag: string;
  /** One-letter form. */
  readonly short?: string;
  /** Placeholder of the value in `--help`; absent on flags. */
  readonly arg?: string;
  readonly type: OptionType;
  /** Variables that are read, first one wins. */
  readonly env: readonly string[];
  /** Key in the config file; absent where a file makes no sense. */
  readonly key?: string;
  readonly choices?: readonly string[];
  readonly help: string;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

interface ValueTypes {
  readonly text: string;
  readonly texts: readonly string[];
  readonly integer: number;
  readonly port: number;
  /** One, or a range `A..B` with both ends. */
  readonly seeds: readonly number[];
  readonly number: number;
  /** From 0 to 1. */
  readonly share: number;
  /** ms */
  readonly duration: number;
  readonly flag: boolean;
  readonly address: Address;
}

export const OPTIONS = {
  policies: {
    flag: '--policies',
    arg: 'DIR',
    type: 'texts',
    env: ['MICROSCALING_POLICIES'],
    key: 'policies',
    help: 'directory (or file) of policies to follow; repeatable',
  },
  policyYaml: {
    flag: '--policy-yaml',
    arg: 'TEXT',
    type: 'text',
    env: ['MICROSCALING_POLICY_YAML'],
    help: 'the policies themselves, as YAML; how they travel inside the app that install makes',
  },
  file: {
    flag: '--file',
    short: '-f',
    arg: 'FILE',
    type: 'texts',
    env: [],
    help: 'policy file or directory; repeatable',
  },
  marathon: {
    flag: '--marathon',
    arg: 'URL',
    type: 'texts',
    env: ['MICROSCALING_MARATHON', 'MSS_MARATHON_API'],
    key: 'marathon',
    help: 'Marathon base URL for policies that name none; repeatable for fail-over',
  },
  mesos: {
    flag: '--mesos',
    arg: 'URL',
    type: 'text',
    env: ['MICROSCALING_MESOS'],
    key: 'mesos',
    help: 'base URL of a Mesos master (default: where Marathon says its master is)',
  },
  api: {
    flag: '--api',
    arg: 'HOST:PORT',
    type: 'address',
    env: ['MICROSCALING_API'],
    key: 'api',
    help: 'where the page and the API listen (default 127.0.0.1:8090; as a Marathon task $HOST:$PORT0)',
  },
  server: {
    flag: '--server',
    arg: 'URL',
    type: 'text',
    env: ['MICROSCALING_API'],
    help: 'the operator to ask (default http://127.0.0.1:8090)',
  },
  apiTokenFile: {
    flag: '--api-token-file',
    arg: 'FILE',
    type: 'text',
    env: ['MICROSCALING_API_TOKEN_FILE'],
    key: 'apiTokenFile',
    help: 'file with the bearer token that writes need when the API listens beyond loopback (or $MICROSCALING_API_TOKEN holds it)',
  },
  config: {
    flag: '--config',
    arg: 'FILE',
    type: 'text',
    env: ['MICROSCALING_CONFIG'],
    help: 'YAML file with these options, keys as listed in the README',
  },
  logFormat: {
    flag: '--log-format',
    arg: 'FORMAT',
    type: 'text',
    env: ['MICROSCALING_LOG_FORMAT'],
    key: 'logFormat',
    choices: ['text', 'json'],
    help: 'log lines for people or for programs: text or json (default text)',
  },
  logLevel: {
    flag: '--log-level',
    arg: 'LEVEL',
    type: 'text',
    env: ['MICROSCALING_LOG_LEVEL'],
    key: 'logLevel',
    choices: ['debug', 'info', 'warn', 'error'],
    help: 'least level that is logged (default info)',
  },
  statsd: {
    flag: '--statsd',
    arg: 'HOST:PORT',
    type: 'address',
    env: ['MICROSCALING_STATSD'],
    key: 'statsd',
    help: 'where to listen for the counters that programs report by StatsD over UDP, shown on the page',
  },
  group: {
    flag: '--group',
    arg: 'PATH',
    type: 'text',
    env: [],
    help: 'Marathon group of the four apps (default /microscaling-demo)',
  },
  image: {
    flag: '--image',
    arg: 'IMAGE',
    type: 'text',
    env: [],
    help: 'Docker image that the apps run, made from the Dockerfile',
  },
  process: {
    flag: '--process',
    type: 'flag',
    env: [],
    help: 'run the commands of this checkout instead of an image: for the embedded server',
  },
  operatorMarathonUrl: {
    flag: '--operator-marathon-url',
    arg: 'URL',
    type: 'texts',
    env: [],
    help: 'Marathon as the operator reaches it from inside the cluster (default as --marathon); repeatable',
  },
  dryRun: {
    flag: '--dry-run',
    type: 'flag',
    env: [],
    help: 'print the app definitions as JSON, secrets masked, and change nothing',
  },
  quiet: {
    flag: '--quiet',
    type: 'flag',
    env: [],
    help: 'say nothing while all is well, not even the new token',
  },
  output: {
    flag: '--output',
    short: '-o',
    arg: 'FORMAT',
    type: 'text',
    env: [],
    help: 'table for people (default), json for programs',
  },
  name: {
    flag: '--name',
    arg: 'NAME',
    type: 'text',
    env: [],
    help: 'name of the policy (default: made from the ids of the apps)',
  },
  definitions: {
    flag: '--definitions',
    type: 'flag',
    env: [],
    help: 'write the definitions of the apps too, for the policy to own; values that may be secrets are left out',
  },
  law: {
    flag: '--law',
    arg: 'LAW',
    type: 'texts',
    env: [],
    help: "law of every target, Fluid, Queue or SimpleQueue, instead of the policy's own",
  },
  policy: {
    flag: '--policy',
    arg: 'FILE',
    type: 'text',
    env: [],
    help: 'policy to run instead of specs/policies/queue-demo.yaml',
  },
  seed: {
    flag: '--seed',
    arg: 'N',
    type: 'seeds',
    env: [],
    help: 'seed of the demand (default 1): the same seed gives the same load',
  },
  load: {
    flag: '--load',
    arg: 'NAME',
    type: 'text',
    env: [],
    help: 'synthetic load: step-up, step-down, ramp, spike, sine, on-off, walk, bursts or slow',
  },
  trace: {
    flag: '--trace',
    arg: 'FILE',
    type: 'text',
    env: [],
    help: 'recorded load, CSV: time and count in each row, or one row for each request; scaled to the pool',
  },
  traceInterval: {
    flag: '--trace-interval',
    arg: 'DURATION',
    type: 'duration',
    env: [],
    help: 'what one row of the trace lasts (default: as its times say); for requests, how finely they are counted (default 1s)',
  },
  duration: {
    flag: '--duration',
    arg: 'DURATION',
    type: 'duration',
    env: [],
    help: 'simulate so much time (default: 10m, a trace to its end)',
  },
  startDelay: {
    flag: '--start-delay',
    arg: 'DURATION',
    type: 'duration',
    env: [],
    help: 'from the launch of an instance until it serves (default 2s)',
  },
  stopDelay: {
    flag: '--stop-delay',
    arg: 'DURATION',
    type: 'duration',
    env: [],
    help: 'from the order to stop an instance until its slot is free (default 500ms)',
  },
  serviceRate: {
    flag: '--service-rate',
    arg: 'N',
    type: 'number',
    env: [],
    help: 'messages per second that one instance works off (default 5)',
  },
  serviceSpread: {
    flag: '--service-spread',
    arg: 'SHARE',
    type: 'share',
    env: [],
    help: 'how uneven the work is, as a coefficient of variation: 0 clockwork, 1 exponential (default 0.7)',
  },
  metricError: {
    flag: '--metric-error',
    arg: 'SHARE',
    type: 'share',
    env: [],
    help: 'largest error of a count, as a share of it, e.g. 0.1 (default 0)',
  },
  metricAge: {
    flag: '--metric-age',
    arg: 'DURATION',
    type: 'duration',
    env: [],
    help: 'how old a count is when it is read (default 0s); a policy that knows says metricDelay',
  },
  suite: {
    flag: '--suite',
    arg: 'NAME',
    type: 'text',
    env: [],
    choices: ['bench'],
    help: 'bench: all laws through all loads of all sets, instead of a policy',
  },
  set: {
    flag: '--set',
    arg: 'NAME',
    type: 'texts',
    env: [],
    help: 'sets of the suite: standard, start10, demo, small, stale, traces; repeated or with commas (default all)',
  },
  html: {
    flag: '--html',
    arg: 'FILE',
    type: 'text',
    env: [],
    help: 'write a report with charts to this file, one page that needs nothing else',
  },
  for: {
    flag: '--for',
    arg: 'DURATION',
    type: 'duration',
    env: [],
    help: 'end by itself after this long, e.g. 60s, and print the result',
  },
  port: {
    flag: '--port',
    arg: 'PORT',
    type: 'port',
    env: [],
    help: 'port to listen on (default 8080)',
  },
  host: {
    flag: '--host',
    arg: 'HOST',
    type: 'text',
    env: [],
    help: 'address to listen on (default 127.0.0.1); it runs what it is told, so any other needs credentials',
  },
  cpus: {
    flag: '--cpus',
    arg: 'N',
    type: 'number',
    env: [],
    help: 'cpus that tasks may share (default 4)',
  },
  mem: {
    flag: '--mem',
    arg: 'MB',
    type: 'number',
    env: [],
    help: 'memory in MB that tasks may share (default 4096)',
  },
  slots: {
    flag: '--slots',
    arg: 'N',
    type: 'integer',
    env: [],
    help: 'most tasks at a time (default: no limit but cpus and mem)',
  },
  agents: {
    flag: '--agents',
    arg: 'N',
    type: 'integer',
    env: [],
    help: 'pretend agents that share cpus, mem and slots (default 1); Mesos endpoints on the same port show them',
  },
  httpCredentialsFile: {
    flag: '--http-credentials-file',
    arg: 'FILE',
    type: 'text',
    env: [],
    help: 'file with the USER:PASSWORD that everybody must give (or set MESOSPHERE_HTTP_CREDENTIALS, as for Marathon)',
  },
  standby: {
    flag: '--standby',
    arg: 'PORT',
    type: 'integer',
    env: [],
    help: 'a second node on this port, which passes requests on to the leader (DELETE /v2/leader makes it lead)',
  },
  look: {
    flag: '--look',
    arg: 'VERSION',
    type: 'text',
    env: [],
    choices: ['1.8', '1.10'],
    help: 'line of Marathon to look like: 1.10 (default), or 1.8 for clients that refuse newer keys (marathon-python)',
  },
  taskStartDelay: {
    flag: '--task-start-delay',
    arg: 'DURATION',
    type: 'duration',
    env: [],
    help: 'keep every task in staging this long before it starts, e.g. 2s (default 0s)',
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export type OptionName = keyof typeof OPTIONS;

export type OptionValues = {
  readonly [N in OptionName]?: ValueTypes[(typeof OPTIONS)[N]['type']];
};

/** Where options come from, strongest first. */
export interface OptionInput {
  /** As the command line gave them: text, list of texts, or true. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The parsed config file. */
  readonly file?: Readonly<Record<string, unknown>>;
}

/**
 * Values of the named options: flag, else environment, else config file; absent where nobody said anything.
 *
 * @throws TerminalError that names the place of the value and what is wrong with it
 */
export function resolveOptions(names: readonly OptionName[], input: OptionInput): OptionValues {
  const entries = names.flatMap((name): [string, unknown][] => {
    const found = lookUp(name, input);
    return found === undefined ? [] : [[name, convert(OPTIONS[name], found)]];
  });
  return Object.freeze(Object.fromEntries(entries)) as OptionValues;
}

/** Keys that the config file may hold. */
export function configKeys(): ReadonlyMap<string, OptionName> {
  return new Map(
    (Object.entries(OPTIONS) as [OptionName, OptionSpec][]).flatMap(([name, spec]) =>
      spec.key === undefined ? [] : [[spec.key, name]],
    ),
  );
}

interface Found {
  readonly raw: unknown;
  readonly place: string;
}

function lookUp(name: OptionName, input: OptionInput): Found | undefined {
  const spec: OptionSpec = OPTIONS[name];
  const flag = input.flags[name];
  if (flag !== undefined) return { raw: flag, place: spec.flag };
  for (const variable of spec.env) {
    const value = input.env[variable];
    if (value !== undefined && value !== '') return { raw: value, place: variable };
  }
  const value = spec.key === undefined ? undefined : input.file?.[spec.key];
  return value === undefined ? undefined : { raw: value, place: `config file, ${spec.key}` };
}

function convert(spec: OptionSpec, { raw, place }: Found): unknown {
  const value = CONVERT[spec.type](raw, place);
  if (spec.choices !== undefined && !spec.choices.includes(String(value))) {
    throw new TerminalError(`${place}: '${value}' is not one of ${spec.choices.join(', ')}`);
  }
  return value;
}

const MOST_SEEDS = 1_000;
const MAX_PORT = 65_535;

const CONVERT: { readonly [T in OptionType]: (raw: unknown, place: string) => ValueTypes[T] } = {
  text: (raw) => String(raw),
  texts: (raw) =>
    (Array.isArray(raw) ? raw.map(String) : String(raw).split(',')).map((s) => s.trim()).filter(Boolean),
  port: (raw, place) => {
    const value = toNumber(raw);
    if (!Number.isSafeInteger(value) || value < 0 || value > MAX_PORT)
      throw wrong(place, raw, `a port, 0 to ${MAX_PORT}`);
    return value;
  },
  integer: (raw, place) => {
    const value = toNumber(raw);
    if (!Number.isSafeInteger(value) || value < 0) throw wrong(place, raw, 'a whole number, 0 or more');
    return value;
  },
  seeds: (raw, place) => {
    const [, first, last] = /^(\d{1,9})(?:\.\.(\d{1,9}))?$/.exec(String(raw).trim()) ?? [];
    const from = Number(first);
    const count = (last === undefined ? from : Number(last)) - from + 1;
    if (first === undefined || count < 1 || count > MOST_SEEDS)
      throw wrong(place, raw, `a whole number, 0 or more, or a range of up to ${MOST_SEEDS} like 1..5`);
    return Array.from({ length: count }, (_, i) => from + i);
  },
  number: (raw, place) => {
    const value = toNumber(raw);
    if (!Number.isFinite(value) || value <= 0) throw wrong(place, raw, 'a number above 0');
    return value;
  },
  share: (raw, place) => {
    const value = toNumber(raw);
    if (!(value >= 0 && value <= 1)) throw wrong(place, raw, 'a number from 0 to 1');
    return value;
  },
  duration: (raw, place) => {
    if (typeof raw !== 'string' || !isDuration(raw))
      throw wrong(place, raw, 'a duration like 500ms, 60s, 5m or 1h');
    return durationMs(raw);
  },
  flag: (raw, place) => {
    if (raw === true || raw === 'true' || raw === '1') return true;
    if (raw === false || raw === 'false' || raw === '0') return false;
    throw wrong(place, raw, 'true or false');
  },
  address: parseAddress,
};

function toNumber(raw: unknown): number {
  return typeof raw === 'number' ? raw : String(raw).trim() === '' ? Number.NaN : Number(raw);
}

/** `HOST:PORT`, `:PORT`, `[::1]:PORT` or the URL of it. */
function parseAddress(raw: unknown, place: string): Address {
  const text = String(raw)
    .replace(/^https?:\/\//, '')
    .replace(/\/$/, '');
  const match = /^(\[[^\]]+\]|[^:/]*):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > MAX_PORT) throw wrong(place, raw, 'HOST:PORT, e.g. 127.0.0.1:8090');
  const host = (match[1] ?? '').replace(/^\[|\]$/g, '');
  return { host: host === '' ? '127.0.0.1' : host, port };
}

function wrong(place: string, raw: unknown, expected: string): TerminalError {
  return new TerminalError(`${place}: '${String(raw)}' is not ${expected}`);
}
