// emulator: volumes that a driver outside of Mesos provides.

import {
  type GivenApp,
  type GivenDvdi,
  type GivenExternal,
  type GivenVolume,
  isCsi,
  volumesOf,
} from '../../given.ts';
import { featureProblem, type RuleContext } from '../context.ts';
import { each, unless, type Violation, violation } from '../violation.ts';

const DRIVER = 'dvdi/driver';
const LABEL = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const PROVIDER_FORM = `^${LABEL}$`;
const OPTION_FORM = `^${LABEL}/[A-Za-z0-9](?:[-A-Za-z0-9\\._:]*[A-Za-z0-9])?$`;

interface External {
  readonly volume: GivenVolume;
  readonly external: GivenExternal;
  readonly engine: 'MESOS' | 'DOCKER' | undefined;
}

export function externalVolume(given: External, at: string, { features }: RuleContext): readonly Violation[] {
  return [
    ...(isCsi(given.external) ? csi(given.external.provider, at) : dvdi(given, given.external, at)),
    ...unless(features.has('external_volumes'), at, featureProblem('external_volumes')),
  ];
}

function csi(provider: string, at: string): readonly Violation[] {
  return unless(provider === 'csi', `${at}/external/provider`, 'is unknown provider');
}

function dvdi({ volume, engine }: External, external: GivenDvdi, at: string): readonly Violation[] {
  const { name, provider, options } = external;
  const place = `${at}/external`;
  const keys = Object.keys(options).filter((key) => !new RegExp(OPTION_FORM).test(key));
  return [
    ...unless(name !== undefined, `${place}/name`, 'must not be empty'),
    ...text(provider, `${place}/provider`),
    ...keys.map((key) => ({ path: `${place}/options/keys`, error: mustMatch(OPTION_FORM), of: key })),
    ...(provider === undefined ? [] : provided({ volume, external, engine }, external, at)),
  ];
}

function provided({ volume, engine }: External, external: GivenDvdi, at: string): readonly Violation[] {
  const { name, provider, options } = external;
  const place = `${at}/external`;
  if (provider !== 'dvdi') return [violation(`${place}/provider`, 'is unknown provider')];
  return [
    ...unless(name !== undefined, `${place}/name`, 'not defined'),
    ...unless(name !== '', `${place}/name`, 'must not be empty'),
    ...text(options[DRIVER], `${place}/options("${DRIVER}")`),
    ...driverOptions(options, `${place}/options`),
    ...byEngine(volume, external, { engine, at }),
  ];
}

function byEngine(
  { mode, containerPath }: GivenVolume,
  external: GivenDvdi,
  { engine, at }: { engine: External['engine']; at: string },
): readonly Violation[] {
  return [
    ...(engine === 'DOCKER' ? dockerVolume(external, `${at}/external`) : []),
    ...unless(engine !== 'MESOS' || mode === 'RW', `${at}/mode`, 'does not equal RW'),
    ...unless(!['.', '..'].includes(containerPath), `${at}/containerPath`, 'can not be one of (.,..)'),
  ];
}

function dockerVolume({ options, size }: GivenDvdi, place: string): readonly Violation[] {
  const others = Object.keys(options).filter((key) => key !== DRIVER);
  return [
    ...unless(others.length === 0, `${place}/options`, `must only contain ${DRIVER}`),
    ...unless(size === undefined, `${place}/size`, 'must be undefined for Docker containers'),
  ];
}

/** A label that must be there. */
function text(value: string | undefined, path: string): readonly Violation[] {
  if (value === undefined) return [violation(path, 'not defined')];
  return unless(new RegExp(PROVIDER_FORM).test(value), path, mustMatch(PROVIDER_FORM));
}

function mustMatch(form: string): string {
  return `must match regular expression '${form}'`;
}

/** Of the driver whose vocabulary these options are; Marathon looks at them for that one only. */
function driverOptions(options: GivenDvdi['options'], at: string): readonly Violation[] {
  const given = (name: string, problem: (value: string) => string | undefined): readonly Violation[] => {
    const value = options[`dvdi/${name}`];
    const error = value === undefined ? undefined : problem(value);
    return error === undefined ? [] : [violation(`${at}/"dvdi/${name}"`, error)];
  };
  const label = (value: string): string | undefined =>
    new RegExp(PROVIDER_FORM).test(value) ? undefined : mustMatch(PROVIDER_FORM);
  return [
    ...given('volumetype', label),
    ...given('newfstype', label),
    ...given('iops', (value) =>
      /^\+?0*[1-9]\d{0,18}$/.test(value)
        ? undefined
        : `Expected a valid, positive integer instead of ${value}`,
    ),
    ...given('overwritefs', (value) =>
      value.toLowerCase() === 'true' ? undefined : 'Expected a valid boolean',
    ),
  ];
}

/**
 * What volumes of this provider ask of the app as a whole; here only external volumes are counted.
 *
 * @param appText the app as Marathon writes it in messages
 */
export function appWithExternalVolumes(app: GivenApp, appText: () => string): readonly Violation[] {
  const engine = app.container?.type;
  const externals = volumesOf(app).flatMap((volume) => {
    const { external } = volume;
    return external === undefined ? [] : [{ volume, dvdi: dvdiOf(external) }];
  });
  const volumes = externals.flatMap(({ dvdi: own }) => own ?? []);
  if (volumes.length === 0) return [];
  const names = volumes.flatMap(({ name, shared }) => (name === undefined || shared ? [] : [name]));
  const twice = [...new Set(names)].filter((name) => names.filter((other) => other === name).length > 1);
  const limit = 'Number of instances is limited to 1 when declaring DVDI volumes in app';
  return [
    ...twice.map((name) =>
      violation('', `Requested DVDI volume '${name}' is declared more than once within app ${app.id}`),
    ),
    ...(app.instances <= 1 ? [] : [violation('', `${limit} [${appText()}.id]`)]),
    ...each(externals, '/container/volumes', ({ volume, dvdi: own }, at) =>
      own === undefined ? [] : byEngine(volume, own, { engine, at }),
    ),
  ];
}

export function dvdiOf(external: GivenExternal): GivenDvdi | undefined {
  return !isCsi(external) && external.provider === 'dvdi' ? external : undefined;
}
