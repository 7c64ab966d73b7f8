// simulator: draws the report's charts with uPlot, which stands before this script in the page.

const HUES = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#f0e442'];
const dark = matchMedia('(prefers-color-scheme: dark)');
const { courses } = JSON.parse(document.getElementById('courses').textContent);

const ink = () => getComputedStyle(document.body).getPropertyValue('--ink').trim();
const line = () => getComputedStyle(document.body).getPropertyValue('--line').trim();
const width = () => Math.min(1120, document.body.clientWidth - 32);
const stepped = uPlot.paths.stepped({ align: 1 });
const sync = uPlot.sync('time');

function axes(label) {
  const shared = { stroke: ink(), grid: { stroke: line(), width: 1 }, ticks: { stroke: line() } };
  return [
    { ...shared, values: (_, at) => at.map((t) => (t >= 3600 ? `${(t / 3600).toFixed(1)} h` : `${t} s`)) },
    { ...shared, label, size: 60 },
  ];
}

function options(title, label, series, scale) {
  return {
    title,
    width: width(),
    height: 220,
    scales: { x: { time: false }, y: scale },
    axes: axes(label),
    series: [{ label: 'time, s' }, ...series],
    cursor: { sync: { key: sync.key } },
  };
}

/** A queue out of control must not flatten all the others. */
function cut(queues, target) {
  const highest = Math.max(1, ...queues.flat());
  return { range: [0, target === undefined ? highest : Math.min(highest * 1.05, 6 * target)] };
}

function drawTogether(host) {
  const apps = courses[0].apps.filter((app) => app.waiting !== undefined);
  for (const [i, app] of apps.entries()) {
    const of = courses.map((course) => course.apps.filter((a) => a.waiting !== undefined)[i].waiting);
    const series = courses.map((course, c) => ({
      label: course.law,
      stroke: HUES[c % HUES.length],
      width: 1.5,
      dash: c >= HUES.length ? [6, 4] : undefined,
    }));
    const data = [courses[0].atS, ...of, ...targetLine(app)];
    add(
      host,
      options(
        `${app.name}: messages waiting`,
        'messages',
        [...series, ...targetSeries(app)],
        cut(of, app.target),
      ),
      data,
    );
  }
}

function targetLine(app) {
  return app.target === undefined ? [] : [app.waiting.map(() => app.target)];
}

function targetSeries(app) {
  return app.target === undefined ? [] : [{ label: 'target', stroke: ink(), width: 1, dash: [4, 4] }];
}

function drawCourse(host, course) {
  for (const app of course.apps.filter((a) => a.waiting !== undefined)) {
    const series = [{ label: 'waiting', stroke: HUES[0], width: 1.5, fill: `${HUES[0]}22` }];
    const data = [course.atS, app.waiting, ...targetLine(app)];
    add(
      host,
      options(
        `${app.name}: queue against target`,
        'messages',
        [...series, ...targetSeries(app)],
        cut([app.waiting], app.target),
      ),
      data,
    );
  }
  drawInstances(host, course);
}

/** Highest priority at the bottom: each app is drawn as the sum with all above it, the largest sum first. */
function drawInstances(host, course) {
  const apps = course.apps.filter((a) => a.role !== 'fixed').toSorted((a, b) => a.priority - b.priority);
  const sums = [];
  for (const app of apps) {
    const below = sums.at(-1) ?? app.running.map(() => 0);
    sums.push(app.running.map((n, i) => n + below[i]));
  }
  const priorities = [...new Set(apps.map((a) => a.priority))];
  const series = apps.map((app, i) => {
    const hue = HUES[priorities.indexOf(app.priority) % HUES.length];
    const own = (_u, _value, _series, at) => (at === null ? '–' : app.running[at]);
    return {
      label: app.name,
      stroke: hue,
      fill: `${hue}${i % 2 ? '88' : 'cc'}`,
      width: 1,
      paths: stepped,
      points: { show: false },
      value: own,
    };
  });
  const top = Math.max(1, ...(sums.at(-1) ?? [1]));
  const data = [course.atS, ...sums.toReversed()];
  add(
    host,
    options('instances that run, stacked by priority', 'instances', series.toReversed(), {
      range: [0, top + 1],
    }),
    data,
  );
}

const drawn = [];

function add(host, opts, data) {
  const box = document.createElement('div');
  box.className = 'chart';
  host.append(box);
  drawn.push(new uPlot(opts, data, box));
}

function draw() {
  for (const chart of drawn.splice(0)) chart.destroy();
  for (const host of document.querySelectorAll('[data-course]')) {
    host.replaceChildren();
    if (host.dataset.course === 'all') drawTogether(host);
    else drawCourse(host, courses[Number(host.dataset.course)]);
  }
}

draw();
dark.addEventListener('change', draw);
addEventListener('resize', () => {
  for (const chart of drawn) chart.setSize({ width: width(), height: 220 });
});
