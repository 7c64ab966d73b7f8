// api: what in an app definition gives its tasks the machine they run on. Anything that is not known to be harmless
// counts: a list of what is dangerous would be out of date with the next version of Docker.

import { isObject, type JsonObject } from '../../schema/json-schema.ts';
import { error, type Finding } from '../../validation/finding.ts';
import { below, showPath } from '../../validation/pointer.ts';
import { refused } from '../rules.ts';
import { each, fieldsOf, isSet, PRIVILEGED } from './rule.ts';

/** Of `docker run`: these change nothing outside of the container and give it no right. */
const HARMLESS_PARAMETERS: ReadonlySet<string> = new Set([
  'cap-drop',
  'dns',
  'dns-option',
  'dns-search',
  'domainname',
  'entrypoint',
  'env',
  'expose',
  'hostname',
  'init',
  'label',
  'pids-limit',
  'read-only',
  'shm-size',
  'stop-signal',
  'stop-timeout',
  'tmpfs',
  'ulimit',
  'workdir',
]);

/** A name, or a number above 0; other spellings of a number (`+0`, `0x0`) are for the agent's system to read. */
const PLAIN_USER = /^(?!(?:root|toor)$)(?:[a-z_][a-z0-9_-]*|[1-9][0-9]*)$/i;

/**
 * Without a user Marathon takes its own, `--mesos_user` or whoever it runs as: often root. In a container with an image
 * of its own the user is the image's.
 */
export function checkUser(definition: JsonObject, pointer: string): readonly Finding[] {
  const { user } = definition;
  if (isSet(user)) {
    const isPlain = typeof user === 'string' && PLAIN_USER.test(user);
    return isPlain ? [] : [refused(below(pointer, 'user'), 'may not run tasks as user root', PRIVILEGED)];
  }
  if (hasImage(definition)) return [];
  const place = below(pointer, 'user');
  const sentence = `${showPath(place)}: say as which user its tasks run (user: nobody, for example), or give them a container image: without either they run as whoever Marathon runs tasks as, often root; to allow that, start the operator with ${PRIVILEGED}`;
  return [error(place, sentence)];
}

function hasImage({ container }: JsonObject): boolean {
  const { image } = fieldsOf(fieldsOf(container)['docker']);
  return typeof image === 'string' && image.trim() !== '';
}

/** An executor is a program of the agent, run beside the task with the arguments that its path brings along. */
export function checkExecutor({ executor }: JsonObject, pointer: string): readonly Finding[] {
  if (!isSet(executor) || executor === '') return [];
  return [refused(below(pointer, 'executor'), 'may not name an executor', PRIVILEGED)];
}

/** Capabilities, an unconfined seccomp, the host's IPC. */
export function checkLinuxInfo({ container }: JsonObject, pointer: string): readonly Finding[] {
  if (!isSet(fieldsOf(container)['linuxInfo'])) return [];
  const place = below(pointer, 'container', 'linuxInfo');
  return [refused(place, 'may not change the confinement of its containers', PRIVILEGED)];
}

export function checkDockerPrivileged({ container }: JsonObject, pointer: string): readonly Finding[] {
  const { privileged } = fieldsOf(fieldsOf(container)['docker']);
  if (!isSet(privileged) || privileged === false) return [];
  const place = below(pointer, 'container', 'docker', 'privileged');
  return [refused(place, 'may not have privileged containers', PRIVILEGED)];
}

export function checkDockerParameters({ container }: JsonObject, pointer: string): readonly Finding[] {
  const { parameters } = fieldsOf(fieldsOf(container)['docker']);
  return each(parameters).flatMap((parameter, i) => {
    const key = fieldsOf(parameter)['key'];
    if (typeof key === 'string' && HARMLESS_PARAMETERS.has(key)) return [];
    const place = below(pointer, 'container', 'docker', 'parameters', i);
    const what = `may not give Docker the parameter ${JSON.stringify(key ?? parameter)}`;
    return [refused(place, what, PRIVILEGED)];
  });
}

/** Persistent volumes are the app's own, secrets are Marathon's to give; whatever else there is lies on the host or beyond. */
export function checkVolumes({ container }: JsonObject, pointer: string): readonly Finding[] {
  return each(fieldsOf(container)['volumes']).flatMap((volume, i) => {
    if (isOwnVolume(volume)) return [];
    const place = below(pointer, 'container', 'volumes', i);
    return [refused(place, 'may not mount host or external volumes', PRIVILEGED)];
  });
}

function isOwnVolume(volume: unknown): boolean {
  const { hostPath, external, persistent, secret } = fieldsOf(volume);
  return !isSet(hostPath) && !isSet(external) && (isObject(persistent) || typeof secret === 'string');
}

/** Without an image of its own a task sees the agent's files: a volume at `/etc` would stand in the place of them. */
export function checkMountPoints(definition: JsonObject, pointer: string): readonly Finding[] {
  return each(fieldsOf(definition['container'])['volumes']).flatMap((volume, i) => {
    const { containerPath } = fieldsOf(volume);
    if (!isSet(containerPath) || !isOwnVolume(volume)) return [];
    const isInside = typeof containerPath === 'string' && !containerPath.split('/').includes('..');
    if (isInside && (hasImage(definition) || !containerPath.startsWith('/'))) return [];
    const place = below(pointer, 'container', 'volumes', i, 'containerPath');
    return [refused(place, 'may not mount a volume over files of the agent', PRIVILEGED)];
  });
}
