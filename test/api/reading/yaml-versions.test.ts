import { describe, expect, it } from 'vitest';
import { versionsDiffer } from '../../../src/api/reading/yaml-versions.ts';
import { loadPolicies } from '../../../src/app/policies/schema.ts';
import { aPolicyWithApp, problemsOf } from '../documents.ts';

describe('scalars that YAML 1.1 and YAML 1.2 read differently', () => {
  it.each([
    ['on', "the text 'on'", 'true'],
    ['Off', "the text 'Off'", 'false'],
    ['yes', "the text 'yes'", 'true'],
    ['NO', "the text 'NO'", 'false'],
    ['y', "the text 'y'", 'true'],
    ['n', "the text 'n'", 'false'],
    ['010', 'the number 10', 'the number 8'],
    ['-010', 'the number -10', 'the number -8'],
    ['0800', 'the number 800', "the text '0800'"],
    ['0o10', 'the number 8', "the text '0o10'"],
    ['1_000', "the text '1_000'", 'the number 1000'],
    ['0b11', "the text '0b11'", 'the number 3'],
    ['1:30', "the text '1:30'", 'the number 90'],
    ['08:30:00', "the text '08:30:00'", 'the number 30600'],
    ['1e3', 'the number 1000', "the text '1e3'"],
    ['2026-11-28', "the text '2026-11-28'", 'a date'],
    ['2026-11-28T10:00:00Z', "the text '2026-11-28T10:00:00Z'", 'a date'],
    ['=', "the text '='", 'a default value'],
  ])('%s has both readings in its warning', (text, here, elsewhere) => {
    expect(versionsDiffer(text, false)).toContain(
      `${text} is ${here} here (YAML 1.2) and ${elsewhere} in YAML 1.1`,
    );
  });

  it.each([
    '.5',
    '~',
    'null',
    '10',
    '-3',
    '0',
    '0.05',
    '+12',
    '0x1F',
    '.inf',
    '1.',
    'true',
    'False',
    'one',
    'note',
    '-',
    '--',
    '1.2.3.4',
    '10s',
  ])('%s is the same in both', (text) => {
    expect(versionsDiffer(text, false)).toBeUndefined();
  });

  it('are warned about with file, line and pointer, and refuse nothing', () => {
    const { problems, resources } = loadPolicies(
      aPolicyWithApp('instances: { min: 1, max: 010 }\napp: { cmd: exec x, env: { DEBUG: on, no: "1" } }'),
      'f.yaml',
    );
    expect(resources).toMatchObject([{ resource: { spec: { apps: [{ instances: { max: 10 } }] } } }]);
    expect(problems).toEqual(
      [
        [
          11,
          '/spec/apps/0/instances/max',
          "010 is the number 10 here (YAML 1.2) and the number 8 in YAML 1.1, which kubectl reads: write 10, or '010' with quotes for a text",
        ],
        [
          12,
          '/spec/apps/0/app/env/DEBUG',
          "on is the text 'on' here (YAML 1.2) and true in YAML 1.1, which kubectl reads: write 'on' with quotes, or the value that is meant",
        ],
        [
          12,
          '/spec/apps/0/app/env/no',
          "the key no is the text 'no' here (YAML 1.2) and false in YAML 1.1, which kubectl reads: write 'no' with quotes",
        ],
      ].map(([line, pointer, message]) => ({
        severity: 'warning',
        source: 'f.yaml',
        line,
        pointer,
        object: 'MicroscalingPolicy default/shop',
        message,
      })),
    );
  });

  it("are nobody's business where they are quoted, tagged, in a comment or a block", () => {
    expect(
      problemsOf(
        aPolicyWithApp(`app:\n  cmd: |\n    on\n  env: { A: 'on', B: "010", C: !!str 1_000 } # yes`),
      ),
    ).toEqual([]);
  });

  it("are nobody's business in another program's object and in what a server printed", () => {
    expect(problemsOf('apiVersion: v1\nkind: ConfigMap\ndata: { a: on }')).toHaveLength(1);
    expect(problemsOf(`${aPolicyWithApp('adopt: true')}\nstatus: { on: yes }`)).toEqual([]);
  });

  it('do not hold up the reading of a text that is full of them', () => {
    const { problems } = loadPolicies(
      aPolicyWithApp(`app: { cmd: exec x, args: [${'on,'.repeat(50_000)}] }`),
      'f.yaml',
    );
    expect(problems.length).toBeLessThanOrEqual(201);
  });
});
