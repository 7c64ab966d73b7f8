// app: the options of install, uninstall and export.

import type { OptionTable } from './spec.ts';

export const INSTALL_OPTIONS = {
  group: {
    flag: '--group',
    arg: 'PATH',
    type: 'text',
    env: [],
    help: 'Marathon group of the four apps (default /microscaling-demo)',
  },
  image: {
    flag: '--image',
    arg: 'IMAGE',
    type: 'text',
    env: [],
    help: 'Docker image that the apps run, made from the Dockerfile',
  },
  process: {
    flag: '--process',
    type: 'flag',
    env: [],
    help: 'run the commands of this checkout instead of an image: for the embedded server',
  },
  operatorMarathonUrl: {
    flag: '--operator-marathon-url',
    arg: 'URL',
    type: 'texts',
    env: [],
    help: 'Marathon as the operator reaches it from inside the cluster (default as --marathon); repeatable',
  },
  dryRun: {
    flag: '--dry-run',
    type: 'flag',
    env: [],
    help: 'print the app definitions as JSON, secrets masked, and change nothing',
  },
  quiet: {
    flag: '--quiet',
    type: 'flag',
    env: [],
    help: 'say nothing while all is well, not even the new token',
  },
  name: {
    flag: '--name',
    arg: 'NAME',
    type: 'text',
    env: [],
    help: 'name of the policy (default: made from the ids of the apps)',
  },
  swarm: {
    flag: '--swarm',
    type: 'flag',
    env: [],
    help: 'of services in a Docker Swarm, in the place of apps of Marathon',
  },
  dockerHost: {
    flag: '--docker-host',
    arg: 'HOST',
    type: 'text',
    env: [],
    help: 'a manager of the swarm, such as tcp://HOST:2376 (default: DOCKER_HOST, else unix:///var/run/docker.sock)',
  },
  definitions: {
    flag: '--definitions',
    type: 'flag',
    env: [],
    help: 'write the definitions of the apps too, for the policy to own; values that may be secrets are left out',
  },
} as const satisfies OptionTable;
