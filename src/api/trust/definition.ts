// api: what in an app definition gives its tasks the machine they run on. Anything that is not known to be harmless
// counts: a list of what is dangerous would be out of date with the next version of Docker.

import { error, type Finding } from '../finding.ts';
import { isObject, type JsonObject } from '../json-schema.ts';
import { below, showPath } from '../pointer.ts';
import { refused, type TrustRules } from './rules.ts';

const ALLOW = '--allow-privileged';

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

/** What the Mesos fetcher takes over the network; anything else is a path on the agent, or Hadoop's to read. */
const REMOTE = /^(?:https?|ftps?|hdfs|maprfs|s3[an]?|gs):\/\/[^/]/i;

/** @param pointer of `app` in the policy */
export function judgeDefinition(
  definition: JsonObject,
  pointer: string,
  { privileged }: Pick<TrustRules, 'privileged'>,
): readonly Finding[] {
  return [
    ...judgeLabels(definition['labels'], below(pointer, 'labels')),
    ...(privileged
      ? []
      : [
          ...judgeUser(definition['user'], below(pointer, 'user')),
          ...judgeContainer(definition['container'], below(pointer, 'container')),
          ...judgeFetches(definition, pointer),
        ]),
  ];
}

/** By its labels the operator knows what it made, and `uninstall` what it may remove. */
function judgeLabels(labels: unknown, pointer: string): readonly Finding[] {
  return Object.keys(isObject(labels) ? labels : {})
    .filter((name) => /^microscaling\.io(\/|$)/i.test(name))
    .map((name) => error(below(pointer, name), `the label ${name} is the operator's own: remove it`));
}

/** A name, or a number above 0; other spellings of a number (`+0`, `0x0`) are for the agent's system to read. */
const PLAIN_USER = /^(?!(?:root|toor)$)(?:[a-z_][a-z0-9_-]*|[1-9][0-9]*)$/i;

function judgeUser(user: unknown, pointer: string): readonly Finding[] {
  if (user === undefined || user === null) return [];
  const isRoot = typeof user !== 'string' || !PLAIN_USER.test(user);
  return isRoot ? [refused(pointer, 'may not run tasks as user root', ALLOW)] : [];
}

function judgeContainer(container: unknown, pointer: string): readonly Finding[] {
  if (!isObject(container)) return [];
  const { docker, volumes, linuxInfo } = container;
  return [
    ...(isObject(docker) ? judgeDocker(docker, below(pointer, 'docker')) : []),
    ...each(volumes).flatMap((volume, i) => judgeVolume(volume, below(pointer, 'volumes', i))),
    // Capabilities, an unconfined seccomp, the host's IPC.
    ...(isSet(linuxInfo)
      ? [refused(below(pointer, 'linuxInfo'), 'may not change the confinement of its containers', ALLOW)]
      : []),
  ];
}

function judgeDocker(docker: JsonObject, pointer: string): readonly Finding[] {
  const { privileged, parameters } = docker;
  return [
    ...(isSet(privileged) && privileged !== false
      ? [refused(below(pointer, 'privileged'), 'may not have privileged containers', ALLOW)]
      : []),
    ...each(parameters).flatMap((parameter, i) => {
      const key = isObject(parameter) ? parameter['key'] : undefined;
      if (typeof key === 'string' && HARMLESS_PARAMETERS.has(key)) return [];
      const place = below(pointer, 'parameters', i);
      return [refused(place, `may not give Docker the parameter ${JSON.stringify(key ?? parameter)}`, ALLOW)];
    }),
  ];
}

/** Persistent volumes are the app's own, secrets are Marathon's to give; whatever else there is lies on the host or beyond. */
function judgeVolume(volume: unknown, pointer: string): readonly Finding[] {
  const { hostPath, external, persistent, secret } = isObject(volume) ? volume : {};
  if (!isSet(hostPath) && !isSet(external) && (isObject(persistent) || typeof secret === 'string')) return [];
  return [refused(pointer, 'may not mount host or external volumes', ALLOW)];
}

function judgeFetches(definition: JsonObject, pointer: string): readonly Finding[] {
  const { fetch, uris } = definition;
  const uriOf = (item: unknown): unknown => (isObject(item) ? item['uri'] : undefined);
  const found = [
    ...each(fetch).map((item, i) => ({ uri: uriOf(item), place: below(pointer, 'fetch', i) })),
    ...each(uris).map((uri, i) => ({ uri, place: below(pointer, 'uris', i) })),
  ];
  return found.flatMap(({ uri, place }) => {
    if (typeof uri === 'string' && REMOTE.test(uri)) return [];
    const message = `${showPath(place)}: this policy may not fetch files of the agent, only what is on the network (https://…)`;
    return [error(place, `${message}: start the operator with ${ALLOW}`)];
  });
}

/** Marathon refuses what is not a list; it is judged all the same, as one item. */
function each(value: unknown): readonly unknown[] {
  return !isSet(value) ? [] : Array.isArray(value) ? value : [value];
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}
