// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are what is tested

import { describe, expect, it } from 'vitest';
import { loadResources } from '../../../src/api/load.ts';
import { withVariables } from '../../../src/api/reading/substitute.ts';
import { validator } from '../../../src/app/policies/schema.ts';
import { aPolicyWithSpec } from '../documents.ts';

const VARIABLES = new Map([
  ['STAGE', 'test'],
  ['EMPTY', ''],
  ['EVIL', '"}\n  user: root\n#'],
  ['NESTED', '${STAGE}'],
  ['UNSET', undefined],
]);

function load(cmd: string, variables: ReadonlyMap<string, string | undefined> = VARIABLES) {
  const text = aPolicyWithSpec(
    `capacity: { slots: 5 }\napps:\n- name: a\n  instances: { fixed: 1 }\n  app: { cmd: ${JSON.stringify(cmd)} }`,
  );
  return loadResources(text, 'f', withVariables(validator, variables));
}

function definitionOf(cmd: string, variables?: ReadonlyMap<string, string | undefined>): unknown {
  const { resources, problems } = load(cmd, variables);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  const [found] = resources;
  return found?.resource.kind === 'MicroscalingPolicy' ? found.resource.spec.apps[0]?.app : undefined;
}

describe('variables in a spec', () => {
  it.each([
    ['run ${STAGE}', 'run test'],
    ['run ${STAGE}${STAGE}-${STAGE}', 'run testtest-test'],
    ['run "${EMPTY}"', 'run ""'],
    ['run $${STAGE}', 'run ${STAGE}'],
    ['run ${OTHER} $${OTHER} ${PORT0}', 'run ${OTHER} $${OTHER} ${PORT0}'],
    [
      'run ${STAGE:-x} $STAGE {STAGE} ${ STAGE } ${stage}',
      'run ${STAGE:-x} $STAGE {STAGE} ${ STAGE } ${stage}',
    ],
    ['run ${NESTED}', 'run ${STAGE}'],
    ['run ${__proto__}', 'run ${__proto__}'],
  ])('%s becomes %s', (cmd, expected) => {
    expect(definitionOf(cmd)).toEqual({ cmd: expected });
  });

  it('cannot become anything but text', () => {
    expect(definitionOf('run ${EVIL}')).toEqual({ cmd: 'run "}\n  user: root\n#' });
  });

  it('leaves everything as it is where no variable is named', () => {
    expect(definitionOf('run ${STAGE} $${STAGE}', new Map())).toEqual({ cmd: 'run ${STAGE} $${STAGE}' });
  });

  it('says which one is not set, and where', () => {
    const { problems, invalid, resources } = load('run ${UNSET}');
    expect(resources).toEqual([]);
    expect(problems).toMatchObject([
      {
        line: 9,
        pointer: '/spec/apps/0/app/cmd',
        message: expect.stringMatching(/variable UNSET is not set/),
      },
    ]);
    expect(invalid).toMatchObject([{ key: 'default/shop', line: 9 }]);
  });

  it('leaves names alone, which say what a document is', () => {
    const text = aPolicyWithSpec(
      'capacity: { slots: 5 }\napps: [{ name: a, instances: { fixed: 1 }, app: { cmd: go } }]',
    );
    const { invalid } = loadResources(
      text.replace('shop', '"${STAGE}"'),
      'f',
      withVariables(validator, VARIABLES),
    );
    expect(invalid).toMatchObject([{ key: 'default/${STAGE}' }]);
  });
});
