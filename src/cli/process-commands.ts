// cli: the commands that are processes of their own: the operator, its worlds, and what puts it into a cluster.

import { ALLOW, type CommandSpec, FINE } from './command.ts';

export const PROCESS_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'demo',
    summary: 'microscaling on this machine: queue, apps, Marathon, operator and page',
    description:
      'Starts, in one process tree and with no account: Azurite (a real Azure Storage queue), the embedded ' +
      "Marathon-compatible server, the tutorial's producer, consumer and remainder as real processes, the " +
      'operator, and the page. With --scheduler docker they are containers of an engine on this machine instead, ' +
      'with --scheduler kubernetes Deployments of a cluster, in a namespace that goes with the demo. ' +
      'Ctrl-C ends all of it.',
    options: [
      'for',
      'policy',
      'scheduler',
      'context',
      'kubeconfig',
      'image',
      'address',
      'seed',
      'law',
      'api',
      'port',
      'taskStartDelay',
      'output',
      'logFormat',
      'logLevel',
    ],
    help: {
      api: 'where the page and the API listen (default 127.0.0.1:8090, or any free port)',
      port: 'port of the embedded Marathon (default 8080, or any free one)',
      logLevel: 'least level that is logged (default warn)',
      kubeconfig: 'how to reach the cluster of --scheduler kubernetes (default: ~/.kube/config)',
      image:
        'what the pods of --scheduler kubernetes run, made from the Dockerfile (default microscaling/demo:checkout)',
    },
    outputs: ['table', 'json'],
    examples: [
      'microscaling demo',
      'microscaling demo --for 60s -o json',
      'microscaling demo --law Queue --seed 7',
      'microscaling demo --scheduler docker --for 60s',
      'microscaling demo --scheduler kubernetes --context k3s --image registry.example.com/microscaling:0.1.0',
    ],
    exitCodes: FINE,
    load: () => import('./commands/processes/demo.ts'),
  },
  {
    name: 'run',
    summary: 'the operator: follow policies, keep Marathon at what they say',
    description:
      'Watches policies, creates and updates the Marathon apps they describe, reads their metrics and keeps ' +
      'scaling. Serves the page, the API, /healthz and /readyz. Never scales anything on the way out.',
    options: [
      'policies',
      'policyYaml',
      'git',
      'gitInterval',
      'gitTokenFile',
      'gitSshKeyFile',
      'gitKnownHostsFile',
      'gitVariable',
      'gitSuspend',
      'allowEmpty',
      'kubernetes',
      'kubeconfig',
      'kubeContext',
      'kubeNamespace',
      'kubeLease',
      'selector',
      'leaseDuration',
      'leaseRenewDeadline',
      'leaseRetryPeriod',
      'data',
      'recordFor',
      'recordSize',
      'marathon',
      'mesos',
      'api',
      'apiTokenFile',
      'allowHost',
      'metricsOpen',
      ...ALLOW,
      'statsd',
      'config',
      'logFormat',
      'logLevel',
    ],
    examples: [
      'microscaling run --policies specs/policies --marathon http://127.0.0.1:8080',
      'microscaling run --git https://git.example/policies.git#main:production --git-token-file token --data data',
      'microscaling run --kubernetes --kube-context production --marathon https://marathon.example',
    ],
    exitCodes: FINE,
    load: () => import('./commands/processes/run.ts'),
  },
  {
    name: 'marathon',
    summary: 'the embedded Marathon-compatible server alone',
    description:
      'Runs Marathon apps as real processes of this machine, within a budget, behind the Marathon API. State ' +
      'is in memory; the tasks end with it.',
    options: [
      'port',
      'host',
      'cpus',
      'mem',
      'slots',
      'agents',
      'standby',
      'httpCredentialsFile',
      'look',
      'mesosRole',
      'enableFeatures',
      'taskStartDelay',
      'statsd',
      'logFormat',
      'logLevel',
    ],
    help: {
      statsd: 'where tasks are to report their counters by StatsD over UDP',
    },
    examples: ['microscaling marathon --port 8080 --agents 3 --cpus 4 --mem 4096 --task-start-delay 2s'],
    exitCodes: FINE,
    load: () => import('./commands/processes/marathon.ts'),
  },
  {
    name: 'install',
    summary: "the tutorial's four apps, the operator among them, into a Marathon",
    description:
      'Creates consumer, remainder, producer and the operator in one group and one deployment, and waits until ' +
      'they run. Reads AZURE_STORAGE_ACCOUNT_NAME, AZURE_STORAGE_ACCOUNT_KEY, AZURE_STORAGE_QUEUE_NAME and, for ' +
      'another endpoint than Azure, AZURE_STORAGE_QUEUE_ENDPOINT. Again: creates what is missing, updates the ' +
      'operator where it is another one by now, leaves the counts alone.',
    options: ['marathon', 'group', 'image', 'process', 'operatorMarathonUrl', 'dryRun', 'quiet'],
    help: { marathon: 'Marathon base URL; repeatable for fail-over' },
    examples: [
      'microscaling install --marathon http://127.0.0.1:8080 --process',
      'microscaling install --marathon http://localhost/marathon --operator-marathon-url http://marathon.mesos:8080 --image registry.example.com/microscaling:0.1.0',
      'microscaling install --marathon http://m1:8080 --image microscaling:0.1.0 --dry-run',
    ],
    exitCodes: FINE,
    load: () => import('./commands/processes/install.ts'),
  },
  {
    name: 'uninstall',
    summary: 'removes what install made, and nothing else',
    description:
      'Removes the apps that carry the label of the installation: the operator first, then the others, then the ' +
      'group if nothing is left in it.',
    options: ['marathon', 'group', 'quiet'],
    help: { marathon: 'Marathon base URL; repeatable for fail-over' },
    examples: ['microscaling uninstall --marathon http://127.0.0.1:8080'],
    exitCodes: FINE,
    load: () => import('./commands/processes/uninstall.ts'),
  },
  {
    name: 'doctor',
    summary: 'what makes microscaling slow or wrong in this cluster',
    description:
      'Looks at a Marathon, the Mesos beside it and, with -f, at policies: version and flags, rights (a write is ' +
      'tried that cannot have an effect), event stream, clocks, locks, apps that wait, forced image pulls and ' +
      'slow starts, apps to be adopted or left behind, metrics, Docker engines and their images, what is scaled in Kubernetes with the rights for it. Policies without ' +
      'an app on Marathon need none. Each finding says why it matters and what to change. Changes nothing.',
    options: ['marathon', 'mesos', 'file', 'kubeconfig', 'kubeContext', 'output'],
    outputs: ['table', 'json'],
    examples: [
      'microscaling doctor --marathon http://127.0.0.1:8080',
      'microscaling doctor --marathon http://m1:8080 --mesos http://mesos:5050 -f policies -o json',
    ],
    exitCodes: '0 fine (there may be notes), 1 errors or warnings were found, or Marathon cannot be asked',
    load: () => import('./commands/processes/doctor.ts'),
  },
  {
    name: 'version',
    summary: 'the version of this program and of its Node',
    description: 'Prints the version.',
    options: ['output'],
    outputs: ['table', 'json'],
    examples: ['microscaling version'],
    exitCodes: FINE,
    load: () => import('./commands/processes/version.ts'),
  },
  {
    name: 'program',
    arguments: '<name>',
    summary: "one of the tutorial's programs: producer, consumer or remainder",
    description:
      'What the apps of specs/policies/queue-demo.yaml run. Reads AZURE_STORAGE_ACCOUNT_NAME, ' +
      'AZURE_STORAGE_ACCOUNT_KEY, AZURE_STORAGE_QUEUE_NAME and, for another endpoint than Azure, ' +
      'AZURE_STORAGE_QUEUE_ENDPOINT.',
    options: [],
    examples: ['microscaling program consumer'],
    exitCodes: FINE,
    hidden: true,
    load: () => import('./commands/processes/program.ts'),
  },
  {
    name: 'health',
    summary: 'whether the operator of this container answers',
    description:
      'Asks /healthz of the operator that is the main process of this container, at the address of its own --api. ' +
      "For the image's HEALTHCHECK.",
    options: ['api'],
    help: { api: 'where the operator listens (default: as its own arguments and variables say)' },
    examples: ['microscaling health'],
    exitCodes: '0 it is well, or none runs here; 1 it does not answer or is stuck',
    hidden: true,
    load: () => import('./commands/processes/health.ts'),
  },
];
