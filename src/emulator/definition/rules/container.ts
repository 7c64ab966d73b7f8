// emulator: the container of an app, without its ports and volumes.

import type { GivenApp, LinuxInfo } from '../given.ts';
import { featureProblem, type RuleContext } from './context.ts';
import { unless, type Violation, violation } from './violation.ts';

export function container(app: GivenApp, { features }: RuleContext): readonly Violation[] {
  if (app.container === undefined) return [];
  const { type, docker } = app.container;
  const path = '/container/docker';
  if (docker === undefined) return type === 'DOCKER' ? [violation(path, 'not defined')] : [];
  if (docker.pullConfig === undefined) return [];
  const at = `${path}/pullConfig`;
  if (type === 'DOCKER') return [violation(at, 'pullConfig is not supported with Docker containerizer')];
  return [
    ...(features.has('secrets')
      ? []
      : [violation(at, 'must be empty'), violation(at, featureProblem('secrets'))]),
    ...unless(
      Object.hasOwn(app.secrets, docker.pullConfig.secret),
      at,
      'pullConfig.secret must refer to an existing secret',
    ),
  ];
}

/** Of containers of Mesos; others have none. */
export function linuxInfo({ container: given }: GivenApp): readonly Violation[] {
  if (given?.linuxInfo === undefined || given.type !== 'MESOS') return [];
  return [...seccomp(given.linuxInfo), ...ipcInfo(given.linuxInfo)];
}

function seccomp({ seccomp: given }: LinuxInfo): readonly Violation[] {
  if (given === undefined) return [];
  const path = '/container/linuxInfo/seccomp';
  const { profileName, unconfined } = given;
  if (profileName !== undefined)
    return unless(!unconfined, path, 'Seccomp unconfined can NOT be true when Profile is defined');
  return unless(unconfined, path, 'Seccomp unconfined must be true when Profile is NOT defined');
}

function ipcInfo({ ipcInfo: given }: LinuxInfo): readonly Violation[] {
  const wrong = given?.mode === 'SHARE_PARENT' && given.shmSize !== undefined;
  const error = 'ipcInfo shmSize can NOT be set when mode is SHARE_PARENT';
  return unless(!wrong, '/container/linuxInfo/ipcInfo', error);
}
