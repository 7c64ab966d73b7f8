// Whatever is read: it is answered, within limits, and the same each time.

import fc from 'fast-check';
import { dump } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { durationMs, isDuration } from '../../src/api/duration.ts';
import { withDerivedDefaults, withSchemaDefaults } from '../../src/api/schema/defaults.ts';
import { isObject } from '../../src/api/schema/json-schema.ts';
import { below, parentOf, showPath } from '../../src/api/validation/pointer.ts';
import { loadPolicies, policySchema } from '../../src/app/policies/schema.ts';

/** YAML's own characters, more often than chance would have them. */
const yamlish = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...[
          'apiVersion: microscaling.io/v1alpha1\n',
          'kind: MicroscalingPolicy\n',
          'metadata:\n',
          'name: x\n',
        ],
        ...[
          'spec:\n',
          'apps:\n',
          '- ',
          '  ',
          '\n',
          '\t',
          ': ',
          '? ',
          '&a ',
          '*a',
          '<<: ',
          '{',
          '}',
          '[',
          ']',
          ',',
        ],
        ...[
          '"',
          "'",
          '|\n',
          '>\n',
          '---\n',
          '...\n',
          '%YAML 1.2\n',
          '# ',
          '!!str ',
          '!',
          '__proto__: ',
          '~',
          '0x',
          '.inf',
        ],
      ),
      fc.string({ unit: 'binary', maxLength: 5 }),
    ),
    { maxLength: 60 },
  )
  .map((pieces) => pieces.join(''));

/** Words of the schema with values of any kind: documents that are nearly right. */
const words = [
  'apps',
  'name',
  'priority',
  'instances',
  'min',
  'max',
  'fixed',
  'targets',
  'metric',
  'random',
  'capacity',
];
const { value: nearly } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.oneof(fc.constantFrom(null, true, 'a', '10s', ''), fc.integer(), fc.double(), fc.string()),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...words), fc.string()), tie('value'), { maxKeys: 5 }),
  ),
}));

const anApp = fc.record({
  name: fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/),
  min: fc.nat(5),
  priority: fc.integer({ min: 1, max: 3 }),
});

function policyOf(spec: unknown): Record<string, unknown> {
  return {
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name: 'p' },
    spec,
  };
}

describe('loading', () => {
  it('never throws on a text, and never takes it for a policy without saying so', () => {
    fc.assert(
      fc.property(fc.oneof(yamlish, fc.string({ unit: 'binary' })), (text) => {
        const { resources, invalid, problems } = loadPolicies(text, 'f');
        expect(resources.length + invalid.length + problems.length).toBeGreaterThan(0);
      }),
      { numRuns: 2000 },
    );
  });

  it('never throws on a document that is nearly right, and places every problem', () => {
    fc.assert(
      fc.property(nearly, (spec) => {
        const text = dump(policyOf(spec));
        const lines = text.split('\n').length;
        for (const { line, message, pointer } of loadPolicies(text, 'f').problems) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(line).toBeLessThanOrEqual(lines);
          expect(pointer).toMatch(/^(\/|$)/);
          expect(message).not.toMatch(/undefined|\[object/);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('says the same of a policy whatever the order of its apps', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(anApp, { selector: ({ name }) => name, minLength: 1, maxLength: 6 }),
        (apps) => {
          const load = (list: typeof apps) =>
            loadPolicies(
              dump(
                policyOf({
                  capacity: { slots: 12 },
                  apps: list.map(({ name, min, priority }) => ({
                    name,
                    priority,
                    remainder: {},
                    instances: { min },
                  })),
                }),
              ),
              'f',
            );
          const forward = load(apps);
          const backward = load([...apps].reverse());
          const byName = (result: typeof forward): unknown =>
            result.resources.flatMap(({ resource }) =>
              resource.kind === 'MicroscalingPolicy'
                ? [...resource.spec.apps].sort((a, b) => a.name.localeCompare(b.name))
                : [],
            );
          expect(byName(backward)).toEqual(byName(forward));
          expect(backward.invalid.length).toBe(forward.invalid.length);
        },
      ),
    );
  });

  it('reads back what it gave', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(anApp, { selector: ({ name }) => name, minLength: 1, maxLength: 4 }),
        (apps) => {
          const spec = {
            capacity: { slots: 100 },
            apps: apps.map(({ name, priority }) => ({
              name,
              priority,
              targets: [{ queueLength: 3, metric: { random: { max: 9 } }, algorithm: { type: 'Queue' } }],
            })),
          };
          const first = loadPolicies(dump(policyOf(spec)), 'f').resources.map(({ resource }) => resource);
          expect(first).toHaveLength(1);
          const second = loadPolicies(dump(first[0]), 'f').resources.map(({ resource }) => resource);
          expect(second).toEqual(first);
        },
      ),
    );
  });
});

describe('defaulting', () => {
  it('done twice is done once, whatever the document', () => {
    const once = (document: unknown): unknown => {
      const filled = withSchemaDefaults(policySchema, document);
      return isObject(filled) ? withDerivedDefaults(filled) : filled;
    };
    fc.assert(
      fc.property(nearly, (spec) => {
        const filled = once(policyOf(spec));
        expect(once(filled)).toEqual(filled);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('durations', () => {
  it.each([
    ['0s', 0],
    ['500ms', 500],
    ['10s', 10_000],
    ['007m', 420_000],
    ['1h', 3_600_000],
  ])('%s is %i ms', (duration, ms) => {
    expect(durationMs(duration)).toBe(ms);
  });

  it.each(['', '5', 's', '1d', '-1s', '1.5s', '1s ', '1 s', '1S', '1000000000s'])('%j is none', (text) => {
    expect(isDuration(text)).toBe(false);
  });

  it('are safe integers, all that validation lets pass', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.constantFrom('ms', 's', 'm', 'h'), (noise, n, unit) => {
        for (const text of [noise, `${n}${unit}`]) {
          if (isDuration(text)) expect(Number.isSafeInteger(durationMs(text))).toBe(true);
        }
      }),
    );
  });

  it('throws on what is no duration', () => {
    expect(() => durationMs('soon')).toThrow(RangeError);
  });
});

describe('pointers', () => {
  it('lead back to where they came from', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.string(), (path, last) => {
        const pointer = below('', ...path);
        expect(parentOf(below(pointer, last))).toBe(pointer);
      }),
    );
  });

  it.each([
    ['', 'the document'],
    ['/spec/apps/1/name', 'spec.apps[1].name'],
    ['/spec/labels/a.b~1c', 'spec.labels["a.b/c"]'],
  ])('%j is shown as %s', (pointer, path) => {
    expect(showPath(pointer)).toBe(path);
  });
});
