// The schema, the CRDs, the types' defaults and the example policies say the same.

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadAll } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { POLICY_RULES } from '../../../src/api/schema/crd-rules.ts';
import { isObject, type JsonSchema } from '../../../src/api/schema/json-schema.ts';
import { interventionSchema } from '../../../src/api/schema/schema.ts';
import { loadPolicies, policySchema, poolSchema, resourceForm } from '../../../src/app/policies/schema.ts';
import { generatedFiles } from '../../../src/app/tools/generated.ts';
import { structuralViolations } from '../../api/schema/structural.ts';
import { visitFields } from '../../api/schema/visit-fields.ts';

const root = resolve(import.meta.dirname, '../../..');
const schemas = {
  MicroscalingPolicy: policySchema,
  CapacityPool: poolSchema,
  Intervention: interventionSchema,
};

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Every node with its path; a shape used in several places is visited in each. */
function nodesOf(schema: JsonSchema, path = ''): readonly (readonly [string, JsonSchema])[] {
  return [
    [path, schema],
    ...Object.entries(schema.properties ?? {}).flatMap(([name, child]) => nodesOf(child, `${path}.${name}`)),
    ...(schema.items ? nodesOf(schema.items, `${path}[]`) : []),
  ];
}

/** Paths without a leading dot. */
const allFields: ReadonlySet<string> = new Set(
  Object.values(schemas).flatMap((schema) => nodesOf(schema).map(([path]) => path.slice(1))),
);

describe.each(Object.entries(schemas))('schema of %s', (_, schema) => {
  it('describes every field in a sentence', () => {
    const silent = nodesOf(schema).filter(([, node]) => !/^[A-Z/\d].+\.$/s.test(node.description));
    expect(silent.map(([path]) => path)).toEqual([]);
  });

  it('has no field that is both required and defaulted', () => {
    const odd = nodesOf(schema).filter(([, node]) =>
      node.required?.some((name) => node.properties?.[name]?.default !== undefined),
    );
    expect(odd.map(([path]) => path)).toEqual([]);
  });
});

describe('crds', () => {
  it.each([...generatedFiles()])('%s is up to date (npm run gen)', (path, text) => {
    expect(read(path)).toBe(text);
  });

  it.each([...generatedFiles().keys()])('%s is what Kubernetes takes', (path) => {
    const [manifest] = loadAll(read(path)) as [
      { spec: { names: object; versions: { name: string; schema: { openAPIV3Schema: object } }[] } },
    ];
    const [version] = manifest.spec.versions;
    expect(version).toMatchObject({
      name: 'v1alpha1',
      served: true,
      storage: true,
      subresources: { status: {} },
    });
    expect(structuralViolations(version?.schema.openAPIV3Schema)).toEqual([]);
  });

  it.each([...generatedFiles().keys()])('%s declares no default below a list', (path) => {
    const defaulted = nodesOf(crdSchemaIn(path)).filter(
      ([at, node]) => at.includes('[]') && node.default !== undefined,
    );
    expect(defaulted.map(([at]) => at)).toEqual([]);
  });

  it.each([
    ['.spec.apps[].behavior.minHold', 'Default: 0s.'],
    ['.spec.apps[].targets[].algorithm.type', 'Default: Fluid.'],
  ])('show the default of %s to kubectl explain', (path, told) => {
    const nodes = new Map(nodesOf(crdSchemaIn('crds/microscalingpolicies.yaml')));
    expect(nodes.get(path)?.description).toContain(told);
  });

  it('asks in its rules below a list only for fields that it knows to be there', () => {
    const unguarded = Object.entries(POLICY_RULES)
      .filter(([at]) => at.includes('[]'))
      .flatMap(([at, rules]) => rules.map(({ rule }) => [at, rule] as const))
      .flatMap(([at, rule]) =>
        [...rule.matchAll(/self((?:\.\w+)+)/g)]
          .flatMap(([whole, path = '']) => ancestorsOf(whole, path))
          .filter((field) => !rule.includes(`has(${field})`))
          .map((field) => `${at}: ${field}`),
      );
    expect(unguarded).toEqual([]);
  });

  it('gives policies their short name and columns', () => {
    const [manifest] = loadAll(read('crds/microscalingpolicies.yaml')) as [Record<string, unknown>];
    expect(manifest).toMatchObject({
      metadata: { name: 'microscalingpolicies.microscaling.io' },
      spec: {
        scope: 'Namespaced',
        names: { plural: 'microscalingpolicies', shortNames: ['msp'] },
      },
    });
    const { versions } = manifest['spec'] as {
      versions: { additionalPrinterColumns: { name: string; priority?: number }[] }[];
    };
    const always = versions[0]?.additionalPrinterColumns.filter(({ priority = 0 }) => priority === 0);
    expect(always?.map(({ name }) => name)).toEqual(['Ready', 'Apps', 'Used', 'Limited', 'Age']);
  });

  it('has columns that show fields of the schema', () => {
    for (const path of generatedFiles().keys()) {
      const [manifest] = loadAll(read(path)) as [
        {
          spec: {
            names: { kind: keyof typeof schemas };
            versions: { additionalPrinterColumns: { jsonPath: string }[] }[];
          };
        },
      ];
      const known = new Set(nodesOf(schemas[manifest.spec.names.kind]).map(([field]) => field));
      const columns = manifest.spec.versions[0]?.additionalPrinterColumns ?? [];
      expect(columns).not.toEqual([]);
      for (const { jsonPath } of columns) {
        expect(known).toContain(jsonPath.replace(/\[\?\(.*\)\]/, '[]'));
      }
    }
  });
});

function crdSchemaIn(path: string): JsonSchema {
  const [manifest] = loadAll(read(path)) as [
    { spec: { versions: [{ schema: { openAPIV3Schema: JsonSchema } }] } },
  ];
  return manifest.spec.versions[0].schema.openAPIV3Schema;
}

/** `self.a` and `self.a.b` of `self.a.b.c`: a rule that reads one that is not there is an error of its own. */
function ancestorsOf(field: string, path: string): readonly string[] {
  const names = path.split('.').slice(1, -1);
  return field === 'self' ? [] : names.map((_, i) => `self.${names.slice(0, i + 1).join('.')}`);
}

describe('metric blocks', () => {
  it('stand in alphabetical order, each once', () => {
    const types = resourceForm.metricBlocks.map(({ type }) => type);
    expect(types).toEqual([...new Set(types)].sort());
  });
});

/** Its example of every field, in whichever form, stands with the others. */
const IN_ALL_FIELDS = ['azureStorageQueue', 'random'];

describe('the examples in specs', () => {
  const files = ['specs/policies', 'specs/metrics', 'specs/schedulers', 'specs/demos'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => `${folder}/${name}`),
  );
  const metricFiles = files.filter((path) => path.startsWith('specs/metrics/'));
  const schedulerFiles = files.filter((path) => path.startsWith('specs/schedulers/'));
  const interventions = read('specs/interventions/all-fields.yaml');
  const everyField = ['specs/policies/all-fields.yaml', ...metricFiles, ...schedulerFiles].map(read);

  it('have a policy for every scheduler that has a block of its own', () => {
    const types = resourceForm.schedulerBlocks.map(({ type }) => type);
    expect(schedulerFiles.toSorted()).toEqual(types.map((type) => `specs/schedulers/${type}.yaml`));
  });

  it('have a policy for every metric source', () => {
    const types = resourceForm.metricBlocks.map(({ type }) => type);
    expect(metricFiles.toSorted()).toEqual(
      types.filter((type) => !IN_ALL_FIELDS.includes(type)).map((type) => `specs/metrics/${type}.yaml`),
    );
  });

  it.each(files)('%s is valid', (path) => {
    const { problems, resources } = loadPolicies(read(path), path);
    expect(problems).toEqual([]);
    expect(resources.length).toBeGreaterThan(0);
  });

  it('have an intervention of each type, which is valid', () => {
    const found = loadPolicies(interventions, 'f');
    expect(found.problems).toEqual([]);
    expect(found.interventions?.map(({ intervention }) => intervention.spec.type)).toEqual([
      'Override',
      'Pause',
      'PutBack',
      'Keep',
    ]);
  });

  it('has demos in which everything is in effect', () => {
    for (const name of ['queue-demo.yaml', 'priority-demo.yaml']) {
      expect(loadPolicies(read(`specs/policies/${name}`), name).problems).toEqual([]);
    }
  });

  it('changes nothing when what names every field is applied', () => {
    const { resources, problems } = loadPolicies(everyField.join('\n---\n'), 'f');
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    const modes = resources.flatMap(({ resource }) =>
      resource.kind === 'MicroscalingPolicy' ? [resource.spec.mode] : [],
    );
    expect(new Set(modes)).toEqual(new Set(['Observe']));
  });

  it('names every field', () => {
    const used = new Set<string>();
    for (const document of loadAll([...everyField, interventions].join('\n---\n'))) {
      if (!isObject(document)) continue;
      const schema = schemas[document['kind'] as keyof typeof schemas];
      visitFields(schema, document, (field) => used.add(shape(field)));
    }
    const wanted = new Set([...allFields].map(shape));
    expect([...wanted].filter((field) => !isOthers(field) && !used.has(field))).toEqual([]);
  });
});

/** A value source is shown once: it is one shape wherever it stands. */
function shape(field: string): string {
  const [, owner, kind] = /^(.*)\.(value|fromEnv|fromFile|fromSecret(?:\.\w+)?)$/.exec(field) ?? [];
  return owner !== undefined && allFields.has(`${owner}.fromEnv`) ? `source.${kind}` : field;
}

/** What the operator or Kubernetes writes. */
function isOthers(field: string): boolean {
  if (field === '' || /^(status|apiVersion|kind)\b/.test(field)) return true;
  return field.startsWith('metadata.') && !/\.(name|namespace|labels|annotations)$/.test(field);
}
