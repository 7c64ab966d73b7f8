// app: the dashboard for Grafana, made here so that Grafana's own types check it. `npm run gen` writes it.

import {
  type AnnotationQuery,
  type Dashboard,
  type Panel,
  type RowPanel,
  ThresholdsMode,
  type VariableModel,
} from '@grafana/schema';

const DATASOURCE = { type: 'prometheus', uid: '$datasource' };
const WIDTH = 24;
/** Of whatever variables choose: All is the default. A pattern even where a row is of one: Grafana escapes its dots. */
const OF_POLICY = 'policy=~"$policy"';
const OF_APP = `${OF_POLICY}, app=~"$app"`;

interface Query {
  readonly expr: string;
  /** Labels in double braces. */
  readonly legend: string;
  /** Where it is not the unit of its panel: it has an axis on the right then. */
  readonly unit?: Unit;
}

type Unit = 's' | 'bytes' | 'reqps' | 'percentunit' | 'short';

interface PanelSpec {
  readonly title: string;
  readonly description: string;
  readonly queries: readonly Query[];
  readonly unit?: Unit;
}

interface StatSpec extends PanelSpec {
  /** From here on it is red; below it, and where nothing is known, it is not. */
  readonly badFrom: number;
}

const STATS: readonly StatSpec[] = [
  {
    title: 'Policies that are not ready',
    description: 'Their conditions say why: microscaling get, microscaling describe NAME.',
    queries: [{ expr: 'sum(microscaling_policies{ready!="true"})', legend: 'not ready' }],
    badFrom: 1,
  },
  {
    title: 'Schedulers that cannot be read',
    description: 'Every count there stays as it is: microscaling doctor.',
    queries: [{ expr: 'sum(1 - microscaling_scheduler_up)', legend: 'unreachable' }],
    badFrom: 1,
  },
  {
    title: 'Metrics that cannot be read',
    description: 'The apps keep their counts, or take what onMetricFailure says: microscaling read -f FILE.',
    queries: [{ expr: `sum(1 - microscaling_app_metric_up{${OF_POLICY}})`, legend: 'unreadable' }],
    badFrom: 1,
  },
  {
    title: 'Instances without room',
    description: 'Needed, and neither the budget nor a machine has room for them.',
    queries: [{ expr: 'sum(microscaling_pool_shortage_instances)', legend: 'without room' }],
    badFrom: 1,
  },
  {
    title: 'Oldest round',
    description: 'How long ago the pool that waited longest was decided.',
    queries: [{ expr: 'max(time() - microscaling_pool_last_round_timestamp_seconds)', legend: 'ago' }],
    unit: 's',
    badFrom: 30,
  },
];

const POOLS: readonly PanelSpec[] = [
  {
    title: 'Capacity and its use',
    description: 'What the apps of a pool share, and what they occupy of it.',
    queries: [
      { expr: 'microscaling_pool_capacity', legend: '{{pool}}: {{unit}}' },
      { expr: 'microscaling_pool_used', legend: '{{pool}}: used' },
    ],
  },
  {
    title: 'Instances by app',
    description: 'Tasks that run: what one app gains another has given.',
    queries: [{ expr: `microscaling_app_running_instances{${OF_POLICY}}`, legend: '{{policy}} {{app}}' }],
  },
];

const APP: readonly PanelSpec[] = [
  {
    title: '$app: measured and target',
    description: 'What the law compares with the target, in the same unit.',
    queries: [
      { expr: `microscaling_app_metric_value{${OF_APP}}`, legend: 'measured ({{unit}})' },
      { expr: `microscaling_app_metric_target{${OF_APP}}`, legend: 'target' },
    ],
  },
  {
    title: '$app: instances',
    description: 'What the law asks for, what the pool grants, and what there is.',
    queries: [
      { expr: `microscaling_app_wanted_instances{${OF_APP}}`, legend: 'wanted' },
      { expr: `microscaling_app_granted_instances{${OF_APP}}`, legend: 'granted' },
      { expr: `microscaling_app_running_instances{${OF_APP}}`, legend: 'running' },
      { expr: `microscaling_app_ready_instances{${OF_APP}}`, legend: 'ready' },
      { expr: `microscaling_app_waiting_instances{${OF_APP}}`, legend: 'waiting' },
    ],
  },
];

const OPERATOR: readonly PanelSpec[] = [
  {
    title: 'Rounds a second',
    description: 'Blind: the cluster could not be read. Standby: another instance acts.',
    queries: [
      { expr: 'sum by (result) (rate(microscaling_rounds_total[$__rate_interval]))', legend: '{{result}}' },
    ],
    unit: 'reqps',
  },
  {
    title: 'How long a round takes',
    description: 'From the first look to the last answer.',
    queries: ['0.5', '0.99'].map((share) => ({
      expr: `histogram_quantile(${share}, sum by (le) (rate(microscaling_round_duration_seconds_bucket[$__rate_interval])))`,
      legend: `${Number(share) * 100} %`,
    })),
    unit: 's',
  },
  {
    title: 'Calls to schedulers a second',
    description: 'Anything but ok is worth a look.',
    queries: [
      {
        expr: 'sum by (scheduler, outcome) (rate(microscaling_scheduler_requests_total[$__rate_interval]))',
        legend: '{{scheduler}} {{outcome}}',
      },
    ],
    unit: 'reqps',
  },
  {
    title: 'Memory and processor of the operator',
    description: 'Resident memory; cores in use on the right.',
    queries: [
      { expr: 'process_resident_memory_bytes{job="microscaling"}', legend: 'memory of {{instance}}' },
      {
        expr: 'rate(process_cpu_seconds_total{job="microscaling"}[$__rate_interval])',
        legend: 'cores of {{instance}}',
        unit: 'short',
      },
    ],
    unit: 'bytes',
  },
];

/** As `deploy/grafana/microscaling.json`: the model that Grafana imports and provisions, of version 8 and later. */
export function grafanaDashboard(): string {
  const rows = [
    { title: 'What is wrong', panels: STATS.map(stat), columns: STATS.length, height: 4 },
    { title: 'Pools', panels: POOLS.map(series), columns: 2, height: 8 },
    { title: '$app', panels: APP.map(series), columns: 2, height: 8, repeat: 'app' },
    { title: 'The operator', panels: OPERATOR.map(series), columns: 2, height: 7 },
  ];
  const dashboard: Dashboard = {
    title: 'Microscaling',
    uid: 'microscaling',
    tags: ['microscaling'],
    schemaVersion: 39,
    editable: true,
    refresh: '10s',
    time: { from: 'now-1h', to: 'now' },
    // A crosshair at the same time in every panel.
    graphTooltip: 1,
    annotations: { list: [decisions('up', 'green'), decisions('down', 'blue')] },
    templating: { list: VARIABLES },
    panels: laidOut(rows),
  };
  return `${JSON.stringify(dashboard, undefined, 2)}\n`;
}

const VARIABLES: VariableModel[] = [
  { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus' },
  {
    name: 'policy',
    label: 'Policy',
    type: 'query',
    datasource: DATASOURCE,
    query: 'label_values(microscaling_app_running_instances, policy)',
    ...{ refresh: 2, multi: true, includeAll: true },
  },
  {
    name: 'app',
    label: 'App',
    type: 'query',
    datasource: DATASOURCE,
    query: `label_values(microscaling_app_running_instances{${OF_POLICY}}, app)`,
    ...{ refresh: 2, multi: true, includeAll: true },
  },
];

/** A mark on every panel for each change of a count. */
function decisions(direction: 'up' | 'down', iconColor: string): AnnotationQuery {
  return {
    name: `Decisions ${direction}`,
    datasource: DATASOURCE,
    enable: true,
    iconColor,
    ...{
      expr: `sum by (policy, app) (increase(microscaling_decisions_total{${OF_POLICY}, direction="${direction}"}[$__interval])) > 0`,
      step: '10s',
      titleFormat: `{{app}} ${direction}`,
      textFormat: '{{policy}}',
    },
  };
}

interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
  /** How many stand side by side. */
  readonly columns: number;
  readonly height: number;
  /** A variable, for each of whose values the row is shown once. */
  readonly repeat?: string;
}

/** One row below the other, each with its panels below it. */
function laidOut(rows: readonly Row[]): (Panel | RowPanel)[] {
  let y = 0;
  let id = 0;
  return rows.flatMap(({ title, panels, columns, height, repeat }) => {
    const row: RowPanel = {
      ...{ type: 'row' as const, title, collapsed: false, panels: [] },
      id: ++id,
      gridPos: { x: 0, y, w: WIDTH, h: 1 },
      ...(repeat !== undefined && { repeat }),
    };
    const w = Math.floor(WIDTH / columns);
    const below = panels.map((panel, i) => ({
      ...panel,
      id: ++id,
      gridPos: { x: (i % columns) * w, y: y + 1 + Math.floor(i / columns) * height, w, h: height },
    }));
    y += 1 + Math.ceil(panels.length / columns) * height;
    return [row, ...below];
  });
}

function panelOf({ title, description, queries }: PanelSpec): Omit<Panel, 'type'> {
  return {
    ...{ title, description, datasource: DATASOURCE },
    targets: queries.map(({ expr, legend }, i) => ({
      refId: refIdOf(i),
      datasource: DATASOURCE,
      expr,
      legendFormat: legend,
    })),
  };
}

/** A, B, …: what Grafana calls the questions of a panel. */
function refIdOf(i: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + i);
}

function series(spec: PanelSpec): Panel {
  const options = { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } };
  const custom = { drawStyle: 'line', lineInterpolation: 'stepAfter', fillOpacity: 10, showPoints: 'never' };
  const defaults = { unit: spec.unit ?? 'short', min: 0, custom };
  return {
    ...panelOf(spec),
    type: 'timeseries',
    options,
    fieldConfig: { defaults, overrides: overrides(spec) },
  };
}

function overrides({ queries }: PanelSpec) {
  return queries.flatMap(({ unit }, i) =>
    unit === undefined
      ? []
      : [
          {
            matcher: { id: 'byFrameRefID', options: refIdOf(i) },
            properties: [
              { id: 'unit', value: unit },
              { id: 'custom.axisPlacement', value: 'right' },
            ],
          },
        ],
  );
}

function stat({ badFrom, ...spec }: StatSpec): Panel {
  const steps = [
    { color: 'green', value: null },
    { color: 'red', value: badFrom },
  ];
  const defaults = { unit: spec.unit ?? 'short', thresholds: { mode: ThresholdsMode.Absolute, steps } };
  const options = { colorMode: 'background', graphMode: 'none', reduceOptions: { calcs: ['lastNotNull'] } };
  return { ...panelOf(spec), type: 'stat', options, fieldConfig: { defaults, overrides: [] } };
}
