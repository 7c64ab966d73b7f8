// cli: the table of commands.

import { type CommandSpec, FINE } from './command.ts';
import { SHELLS } from './completion/scripts.ts';
import { OPERATOR_COMMANDS } from './operator-commands.ts';

/** What untrusted policies may ask for. */
const ALLOW = [
  'allowEnv',
  'allowSecretEnv',
  'allowSecretFiles',
  'allowEndpoint',
  'allowAppPrefix',
  'allowPrivileged',
  'allowNamespace',
  'allowDocker',
  'allowDefinition',
] as const;

export const COMMANDS: readonly CommandSpec[] = [
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
    name: 'init',
    arguments: '[file]',
    summary: 'four questions, and a policy that runs',
    description:
      'Asks which Marathon apps share the machines, which queue the first one empties, how full it may be, and how many ' +
      'instances may run; writes policy.yaml, or the file that is named. It adopts the apps without a restart, in mode ' +
      'Observe. With --marathon it names the apps that run, and checks the answers against them. Reads answers from a ' +
      'pipe, too, one a line.',
    options: ['marathon'],
    help: { marathon: 'the Marathon whose apps are shown (default: none is asked)' },
    examples: [
      'microscaling init',
      'microscaling init shop.yaml --marathon http://127.0.0.1:8080',
      "printf '/shop/worker /shop/batch\\nrabbitmq orders\\n30s\\n10\\n' | microscaling init shop.yaml",
    ],
    exitCodes: FINE,
    load: () => import('./commands/files/init.ts'),
  },
  {
    name: 'plan',
    summary: 'what would change in Marathon',
    description:
      'Compares policies with Marathon and lists what the operator would create, update, adopt or scale, ' +
      'without doing it. Reads no metric: a count that lies within min and max is not listed. `-o markdown` is for ' +
      'pull requests; where Marathon cannot be reached it says so, and lists what the policies ask for.',
    options: [
      'file',
      'marathon',
      'kubeconfig',
      'kubeContext',
      'server',
      'apiTokenFile',
      'untrusted',
      ...ALLOW,
      'replay',
      'data',
      'output',
    ],
    help: {
      server: 'a running operator, asked which apps it has adopted already (default: none is asked)',
      data: 'with --replay: the directory of an operator whose record is read, in the place of asking one',
    },
    outputs: ['table', 'json', 'markdown'],
    examples: [
      'microscaling plan -f specs/policies/queue-demo.yaml --marathon http://127.0.0.1:8080',
      'microscaling plan -f policies -o markdown > plan.md',
      'microscaling plan -f policies -o markdown --replay 24h --server operator:8090 > plan.md',
    ],
    exitCodes: '0 no change, 1 error (or something could not be compared), 2 there are changes',
    load: () => import('./commands/files/plan.ts'),
  },
  {
    name: 'validate',
    summary: 'check policies, offline',
    description: 'Reports every problem of the given files: file, line, JSON pointer, sentence.',
    options: ['file', 'marathon', 'untrusted', ...ALLOW, 'output'],
    help: { marathon: 'the Marathon of the operator, which --untrusted files may name; repeatable' },
    outputs: ['table', 'json'],
    examples: [
      'microscaling validate -f specs/policies',
      "microscaling validate -f policies --untrusted --allow-env 'QUEUE_*' --allow-secret-env 'AZURE_STORAGE_*'",
    ],
    exitCodes: '0 valid (there may be warnings), 1 not valid',
    load: () => import('./commands/files/validate.ts'),
  },
  {
    name: 'read',
    summary: 'what every metric of a policy says now, and what it costs to ask',
    description:
      'Reads each metric of the given policies once, as an operator that is started in this environment would: what ' +
      'waits, what is in flight, counters, ages, how old the numbers are, and the time and requests that a read costs; ' +
      'or why it cannot be read.',
    options: ['file', 'watch', 'marathon', 'untrusted', ...ALLOW, 'output'],
    help: {
      watch: 'read them anew every two seconds, until Ctrl-C',
      marathon: 'the Marathon of the operator, which --untrusted files may name; repeatable',
    },
    outputs: ['table', 'json'],
    examples: [
      'microscaling read -f policy.yaml',
      'microscaling read -f policy.yaml -w',
      'microscaling read -f policies -o json',
    ],
    exitCodes: '0 every metric was read, 1 not every one',
    load: () => import('./commands/files/read.ts'),
  },
  {
    name: 'import',
    arguments: '<keda>',
    completes: ['keda'],
    summary: "KEDA's ScaledObjects as policies",
    description:
      'Turns ScaledObjects and their TriggerAuthentications into policies, in mode Observe, on standard output, and ' +
      'says on standard error field by field what is not taken over as it is. Secrets become references.',
    options: ['file', 'output'],
    help: { file: 'file with ScaledObjects, such as kubectl get -o yaml prints; repeatable' },
    outputs: ['yaml', 'json'],
    examples: ['microscaling import keda -f scaledobjects.yaml > policy.yaml'],
    exitCodes: '0 fine, 1 error',
    load: () => import('./commands/files/import.ts'),
  },
  {
    name: 'simulate',
    summary: 'a policy, or the bench, in virtual time: how well would it do?',
    description:
      'Runs the deciding code that ships against a synthetic load or a recorded one, beside the laws that people ' +
      'had before and oracles that nobody can have. V is the share of time above the target, R what the ' +
      "remainder had of a fluid optimum's. The same seed meets every law with the same chance.",
    options: [
      'file',
      'load',
      'trace',
      'traceInterval',
      'traceScale',
      'duration',
      'seed',
      'law',
      'from',
      'startDelay',
      'warmUp',
      'stopDelay',
      'serviceRate',
      'serviceSpread',
      'throughputLimit',
      'metricError',
      'metricAge',
      'suite',
      'set',
      'cells',
      'html',
      'output',
    ],
    help: {
      law: 'laws to compare, repeated or with commas (default policy, and in a checkout original-default, keda-default, oracle-causal; in a suite all)',
      seed: 'seed of the demand (default 1), or a range A..B: the same seed gives the same load',
    },
    outputs: ['table', 'json', 'markdown'],
    examples: [
      'microscaling simulate -f specs/policies/queue-demo.yaml --load spike --html report.html',
      'microscaling simulate -f policy.yaml --trace bench/traces/nyc_taxi.csv --trace-interval 60s --duration 4h',
      'microscaling simulate --suite bench --set standard,start10 --seed 201..205 -o json',
      'microscaling simulate --suite fast --cells 60 --seed 1',
    ],
    exitCodes: FINE,
    load: () => import('./commands/files/simulate.ts'),
  },
  ...OPERATOR_COMMANDS,
  {
    name: 'schema',
    arguments: '[kind]',
    completes: ['policy', 'pool'],
    summary: 'the JSON Schema of policies and pools, for editors',
    description:
      'Prints JSON Schema (draft-07) of both kinds, or of one (policy, pool). Editors with yaml-language-server complete ' +
      'and check a file that begins with the line `# yaml-language-server: $schema=FILE`.',
    options: [],
    examples: ['microscaling schema > microscaling.schema.json', 'microscaling schema pool'],
    exitCodes: FINE,
    load: () => import('./commands/files/schema.ts'),
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
    name: 'export',
    arguments: '[app...]',
    summary: 'a policy from apps that run already',
    description:
      'Writes a policy for running Marathon apps, in order of priority; of several the last one takes the ' +
      'remainder. `/group/*` means all apps of a group. It adopts them without a restart, is in mode Observe, and ' +
      'says in comments what to fill in. Of policies given with -f, only where Marathon is and with which ' +
      'credentials is taken. With --kubernetes: of the Deployments of a namespace, those named or all; the policy ' +
      'stands in that namespace, and Deployments that another autoscaler holds are left out. With --ecs: of the ' +
      'services of a cluster of Amazon ECS, those named or all that have a count which nobody else sets. ' +
      'With --swarm: of the services of a Docker Swarm, those named or all; global ones and jobs are left out.',
    options: [
      'marathon',
      'file',
      'name',
      'definitions',
      'kubernetes',
      'kubeconfig',
      'kubeContext',
      'namespace',
      'ecs',
      'cluster',
      'region',
      'endpoint',
      'swarm',
      'dockerHost',
    ],
    help: {
      kubernetes: 'of Deployments in a Kubernetes cluster, in the place of apps of Marathon',
      namespace: 'of the Deployments and of the policy, with --kubernetes (default: default)',
    },
    examples: [
      'microscaling export --marathon http://127.0.0.1:8080 /shop/api /shop/batch > shop.yaml',
      "microscaling export --marathon http://127.0.0.1:8080 '/shop/*' --name shop --definitions",
      'microscaling export --kubernetes --namespace shop > shop.yaml',
      'microscaling export --ecs --cluster prod --region eu-west-1 > prod.yaml',
      'microscaling export --swarm --docker-host tcp://manager-1:2375 > shop.yaml',
    ],
    exitCodes: FINE,
    load: () => import('./commands/files/export.ts'),
  },
  {
    name: 'token',
    arguments: '<verb> [name]',
    completes: ['create', 'list', 'revoke'],
    summary: 'create, list or revoke tokens for the page and the API',
    description:
      'An operator that listens beyond its own machine asks for a token: on the page at /login, in the API as a bearer token. `create` makes one and prints it, once: ' +
      'the store keeps its hash. `list` shows names and roles, `revoke` ends one. Works beside a running operator, ' +
      'which takes notice at once.',
    options: ['data', 'role', 'output'],
    help: { data: 'directory of the operator that the tokens are for' },
    outputs: ['table', 'json'],
    examples: [
      'microscaling token create ci --role write --data data > ci-token',
      'microscaling token list --data data',
      'microscaling token revoke ci --data data',
    ],
    exitCodes: FINE,
    load: () => import('./commands/objects/token.ts'),
  },
  {
    name: 'completion',
    arguments: '<shell>',
    completes: SHELLS,
    summary: 'a script that makes bash, zsh or fish complete these words',
    description:
      'Prints a script for bash, zsh or fish. With it the shell completes commands, options, their values, and the ' +
      'names of the policies and apps of a running operator ($MICROSCALING_SERVER, or --server on the line).',
    options: [],
    examples: [
      'eval "$(microscaling completion bash)"',
      'microscaling completion fish > ~/.config/fish/completions/microscaling.fish',
    ],
    exitCodes: FINE,
    load: () => import('./commands/files/completion.ts'),
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
    name: 'complete',
    arguments: '[words...]',
    summary: 'what may stand where the cursor is',
    description: 'What the script of `microscaling completion` asks for: a candidate a line, or `:files`.',
    options: [],
    examples: ["microscaling complete -- get ''"],
    exitCodes: FINE,
    hidden: true,
    load: () => import('./commands/objects/complete.ts'),
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
    exitCodes: '0 it is well, or none runs here; 1 it does not answer or is stuck.',
    hidden: true,
    load: () => import('./commands/processes/health.ts'),
  },
];
