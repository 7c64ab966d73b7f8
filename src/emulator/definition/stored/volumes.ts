// emulator: volumes as they are stored.

import { defined } from '../../../lang/defined.ts';
import { ApiError } from '../../api-error.ts';
import { type GivenExternal, type GivenPersistent, type GivenVolume, isCsi } from '../given.ts';
import type { Json } from '../shapes/shape.ts';

/** @throws ApiError 500 for what passes all rules and cannot be stored */
export function storedVolume({ containerPath, mode = 'RW', ...kind }: GivenVolume): Json {
  if (kind.persistent !== undefined) return { containerPath, mode, persistent: persistent(kind.persistent) };
  if (kind.external !== undefined) return { containerPath, mode, external: external(kind.external) };
  if (kind.secret !== undefined) return { containerPath, secret: kind.secret };
  return { containerPath, mode, hostPath: kind.hostPath ?? '' };
}

function persistent(info: GivenPersistent): Json {
  const { type, size, maxSize, profileName, constraints } = info;
  const wrong = constraints.find(([, operator]) => operator !== 'LIKE');
  if (wrong !== undefined) throw new ApiError(500, `illegal volume constraint ${wrong.join(',')}`);
  return {
    type: type ?? (profileName === undefined ? 'root' : 'mount'),
    size,
    ...defined({ maxSize, profileName }),
    constraints: constraints.map((constraint) => constraint.slice(0, 3)),
  };
}

const ACCESS_MODES = [
  'UNKNOWN',
  'SINGLE_NODE_WRITER',
  'SINGLE_NODE_READER_ONLY',
  'MULTI_NODE_READER_ONLY',
  'MULTI_NODE_SINGLE_WRITER',
  'MULTI_NODE_MULTI_WRITER',
];
const BUG = 'Validation should have prevented this';

function external(info: GivenExternal): Json {
  if (isCsi(info)) return csi(info);
  const { size, name, provider, options, shared } = info;
  return {
    ...defined({ size, name, provider }),
    ...(Object.keys(options).length > 0 && { options }),
    shared,
  };
}

function csi(info: Extract<GivenExternal, { readonly options: { readonly pluginName: string } }>): Json {
  const { accessMode, accessType, fsType, mountFlags } = info.options.capability;
  if (accessType === 'mount' && fsType === undefined)
    throw new ApiError(
      500,
      `fsType must be specified with mount access type CSI volumes. This is a bug. ${BUG}`,
    );
  if (accessType !== 'mount' && accessType !== 'block')
    throw new ApiError(500, `${accessType} (of class java.lang.String)`);
  if (!ACCESS_MODES.includes(accessMode))
    throw new ApiError(500, `CSI options.access.mode is invalid. This is a bug. ${BUG}.`);
  const ofMount = accessType === 'mount' && fsType !== undefined ? { fsType } : {};
  const flags = accessType === 'mount' && mountFlags.length > 0 ? { mountFlags } : {};
  const { capability: _capability, ...options } = info.options;
  const shown = Object.entries(options).filter(
    ([, value]) => typeof value !== 'object' || Object.keys(value).length > 0,
  );
  return {
    name: info.name,
    provider: info.provider,
    options: { ...Object.fromEntries(shown), capability: { accessMode, accessType, ...ofMount, ...flags } },
  };
}
