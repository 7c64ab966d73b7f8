// app: the options that say what policies from git, the API and Kubernetes may ask for.

import type { OptionTable } from './spec.ts';

export const TRUST_OPTIONS = {
  allowEnv: {
    flag: '--allow-env',
    arg: 'PATTERN',
    type: 'texts',
    env: ['MICROSCALING_ALLOW_ENV'],
    key: 'allowEnv',
    help: 'variables that policies from git, the API and Kubernetes may take plain values from (names, addresses: they are shown), e.g. QUEUE_*; repeatable (default none)',
  },
  allowSecretEnv: {
    flag: '--allow-secret-env',
    arg: 'PATTERN',
    type: 'texts',
    env: ['MICROSCALING_ALLOW_SECRET_ENV'],
    key: 'allowSecretEnv',
    help: 'variables that those policies may take secrets from (masked wherever they would be shown), e.g. *_KEY; repeatable (default none)',
  },
  allowSecretFiles: {
    flag: '--allow-secret-files',
    arg: 'DIR',
    type: 'texts',
    env: ['MICROSCALING_ALLOW_SECRET_FILES'],
    key: 'allowSecretFiles',
    help: 'directories whose files those policies may take secrets from; repeatable (default none)',
  },
  allowEndpoint: {
    flag: '--allow-endpoint',
    arg: 'ORIGIN',
    type: 'texts',
    env: ['MICROSCALING_ALLOW_ENDPOINT'],
    key: 'allowEndpoint',
    help: 'other Marathons and endpoints of metric sources that those policies may name; repeatable (default none)',
  },
  allowAppPrefix: {
    flag: '--allow-app-prefix',
    arg: '/GROUP',
    type: 'texts',
    env: ['MICROSCALING_ALLOW_APP_PREFIX'],
    key: 'allowAppPrefix',
    help: 'groups under which those policies may have apps; repeatable (default: each its own /<policy>, outside of the namespace default /<namespace>/<policy>)',
  },
  allowPrivileged: {
    flag: '--allow-privileged',
    type: 'flag',
    env: ['MICROSCALING_ALLOW_PRIVILEGED'],
    key: 'allowPrivileged',
    help: 'let those policies have the machines: privileged containers, user root or none, executors, host volumes, files of the agent',
  },
  allowNamespace: {
    flag: '--allow-namespace',
    arg: 'PATTERN',
    type: 'texts',
    env: ['MICROSCALING_ALLOW_NAMESPACE'],
    key: 'allowNamespace',
    help: "Kubernetes namespaces beside a policy's own whose workloads those policies may scale, e.g. team-*; repeatable (default none)",
  },
  allowDocker: {
    flag: '--allow-docker',
    type: 'flag',
    env: ['MICROSCALING_ALLOW_DOCKER'],
    key: 'allowDocker',
    help: 'let those policies run containers on a Docker engine and scale services of a Swarm; an engine is root on its host',
  },
  allowDefinition: {
    flag: '--allow-definition',
    arg: 'PART',
    type: 'texts',
    env: ['MICROSCALING_ALLOW_DEFINITION'],
    key: 'allowDefinition',
    help: 'what app definitions of those policies may reach of what a cluster shares: grace-periods, labels, networks, ports, roles, secrets (docs/reference/trust.md); repeatable (default none)',
  },
  untrusted: {
    flag: '--untrusted',
    type: 'flag',
    env: [],
    help: 'check the files as policies from git, the API and Kubernetes are checked: by the --allow-… options',
  },
} as const satisfies OptionTable;
