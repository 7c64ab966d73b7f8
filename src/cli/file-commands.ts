// cli: the commands that make, check and try policies.

import { ALLOW, type CommandSpec, FINE } from './command.ts';
import { SHELLS } from './completion/scripts.ts';

export const FILE_COMMANDS: readonly CommandSpec[] = [
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
      'says on standard error field by field what is not taken over as it is. What they scale stays in Kubernetes, as ' +
      'apps with a `kubernetes` block; secrets become references.',
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
];
