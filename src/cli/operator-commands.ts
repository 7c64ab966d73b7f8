// cli: the commands that read from a running operator or instruct it.

import { type CommandSpec, FINE } from './command.ts';

/** Of every command that asks a running operator. */
const ASKING = ['server', 'apiTokenFile'] as const;
/** Of every command that looks back. */
const PAST_HELP = {
  data: 'read the record in the directory of an operator, which need not run, in the place of asking one',
} as const;
const TOKEN_HELP = {
  apiTokenFile:
    'file with the bearer token for the operator, where it needs one (or $MICROSCALING_API_TOKEN holds it)',
} as const;

export const OPERATOR_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'apply',
    summary: 'create or update policies at a running operator',
    description:
      'Sends policies and pools to an operator, as `kubectl apply` does, and mixes with it: fields that were applied ' +
      'before and are not in the file any more are removed, fields that others set stay. Every document is checked ' +
      'first, here and by the operator; when one does not hold, nothing is sent. `-f -` reads standard input.',
    options: ['file', 'namespace', 'wait', 'timeout', ...ASKING],
    help: { wait: 'wait until every one of them is Ready, and say what is waited for', ...TOKEN_HELP },
    examples: [
      'microscaling apply -f specs/policies/queue-demo.yaml --wait',
      'microscaling export /shop/api /shop/batch | microscaling apply -f -',
    ],
    exitCodes: '0 applied (and Ready, with --wait), 1 error',
    load: () => import('./commands/objects/apply.ts'),
  },
  {
    name: 'delete',
    arguments: '[names...]',
    completes: 'objects',
    summary: 'delete a policy at a running operator',
    description:
      'Deletes a policy or a pool (`pool/NAME`), or what stands in the files given with -f. What happens to the apps ' +
      'is what the policy says in onDelete: Retain leaves them as they are, Delete removes those it created.',
    options: ['file', 'namespace', 'wait', 'timeout', ...ASKING],
    help: { wait: 'wait until its apps are dealt with and it is gone', ...TOKEN_HELP },
    examples: [
      'microscaling delete queue-demo --wait',
      'microscaling delete -f specs/policies/queue-demo.yaml',
      'microscaling delete pool/shared',
    ],
    exitCodes: '0 deleted (gone, with --wait), 1 error',
    load: () => import('./commands/objects/delete.ts'),
  },
  {
    name: 'get',
    arguments: '[names...]',
    completes: 'objects',
    summary: 'policies and their apps as the operator sees them',
    description:
      'Asks a running operator for its policies, for one of them with its apps and conditions, or for its pools ' +
      '(`get pools`, `get pool/NAME`). With --at, policies as they were at a moment of the record.',
    options: ['namespace', 'labels', 'watch', 'at', 'data', 'output', ...ASKING],
    help: {
      namespace: 'only of this namespace (default: all; of one by name: default)',
      ...PAST_HELP,
      ...TOKEN_HELP,
    },
    outputs: ['table', 'wide', 'json', 'yaml', 'name'],
    examples: [
      'microscaling get',
      'microscaling get queue-demo -o yaml',
      'microscaling get -w -l team=shop',
      "microscaling get -o jsonpath='{.items[*].metadata.name}'",
      'microscaling get pools -o wide',
      'microscaling get queue-demo --at 02:10',
    ],
    exitCodes: FINE,
    load: () => import('./commands/objects/get.ts'),
  },
  {
    name: 'describe',
    arguments: '<names...>',
    completes: 'objects',
    summary: 'everything about one policy, or one intervention: the page in words',
    description:
      'Prints where a policy is from, its pause and overrides, its apps and why each has its count, its conditions, the ' +
      'last decisions and the last events. Of an intervention (`intervention/NAME`): what it does, who made it and why, ' +
      'until when, how it stands, and how to end it.',
    options: ['namespace', 'watch', ...ASKING],
    help: { watch: 'print it anew whenever it has changed, until Ctrl-C', ...TOKEN_HELP },
    examples: [
      'microscaling describe queue-demo',
      'microscaling describe queue-demo -w',
      'microscaling describe intervention/queue-demo-pause',
    ],
    exitCodes: FINE,
    load: () => import('./commands/objects/describe.ts'),
  },
  {
    name: 'explain',
    arguments: '<policy>',
    completes: 'policy',
    summary: 'why every count is what it is',
    description:
      'Prints, app by app, the newest decision of a running operator: inputs, steps, result. With --at, the one of a ' +
      'moment of the record, in the same words and numbers: every round of the last 24 hours, before that one a minute.',
    options: ['namespace', 'watch', 'at', 'data', 'output', ...ASKING],
    help: { watch: 'print it anew whenever it has changed, until Ctrl-C', ...PAST_HELP, ...TOKEN_HELP },
    outputs: ['table', 'json'],
    examples: [
      'microscaling explain queue-demo',
      'microscaling explain queue-demo -w',
      'microscaling explain queue-demo --at 02:10',
      'microscaling explain queue-demo --at -30s --data data',
    ],
    exitCodes: FINE,
    load: () => import('./commands/objects/explain.ts'),
  },
  {
    name: 'events',
    arguments: '[policy]',
    completes: 'policy',
    summary: 'what happened, oldest first',
    description:
      'Prints the events of a running operator, or those of one policy and its apps; with --since, those of a span of ' +
      'the record, the newest 2,000.',
    options: ['namespace', 'watch', 'since', 'until', 'data', 'output', ...ASKING],
    help: { ...PAST_HELP, ...TOKEN_HELP },
    outputs: ['table', 'json'],
    examples: [
      'microscaling events',
      'microscaling events queue-demo -w',
      'microscaling events queue-demo --since 12h --until 02:30',
    ],
    exitCodes: FINE,
    load: () => import('./commands/objects/events.ts'),
  },
  {
    name: 'replay',
    arguments: '[policy]',
    summary: 'another policy, target, budget or law against what was recorded',
    description:
      'Puts the recorded rounds to the deciding code that ships, with the policy of -f or another law in the place of the ' +
      'recorded one, beside what happened. As long as it asks for the same counts, what was observed is what it would ' +
      'have observed; from the first other count on, the recorded arrivals meet modelled instances. The service rate is ' +
      "from the source's counters or from what the law had learned, and its doubt gives the ranges. Without -f and --law " +
      'the recorded policy itself is replayed.',
    options: [
      'since',
      'until',
      'file',
      'law',
      'serviceRate',
      'modelled',
      'namespace',
      'data',
      'server',
      'apiTokenFile',
      'html',
      'output',
    ],
    help: {
      file: 'the policy to try, and the CapacityPool that it joins',
      law: 'Fluid, Queue or SimpleQueue for every target',
      serviceRate: 'messages per second that one instance works off (default: as the record shows)',
      since: 'from then on: 2h (ago, default 1h), 02:10, or 2026-11-29T02:10:00Z',
      data: 'read the record in the directory of an operator, which need not run, in the place of asking one',
    },
    outputs: ['table', 'json', 'markdown', 'html'],
    examples: [
      'microscaling replay --since 2h -f new.yaml',
      'microscaling replay --since 2m --law Queue',
      'microscaling replay queue-demo --since 02:00 --until 02:30 --data data -f new.yaml -o markdown',
    ],
    exitCodes: FINE,
    load: () => import('./commands/files/replay.ts'),
  },
  {
    name: 'orphans',
    arguments: '[apps...]',
    completes: 'orphans',
    summary: 'apps that earlier policies left behind: list, release or delete them',
    description:
      'Lists the apps that carry the label of a policy and that no policy names now, with why. With --release the ' +
      'operator forgets them: they stay as they are. With --delete they are removed from Marathon; one that was adopted ' +
      'is never deleted. Both want the apps by their Marathon ids, or --yes for all of them.',
    options: ['release', 'delete', 'yes', 'watch', 'output', ...ASKING],
    help: { watch: 'print the list anew whenever it has changed, until Ctrl-C', ...TOKEN_HELP },
    outputs: ['table', 'json'],
    examples: [
      'microscaling orphans',
      'microscaling orphans --release /old/worker',
      'microscaling orphans --delete --yes',
    ],
    exitCodes: FINE,
    load: () => import('./commands/objects/orphans.ts'),
  },
  {
    name: 'pause',
    arguments: '<policy>',
    completes: 'policy',
    summary: 'take the operator off a policy: nothing of it is written',
    description:
      'Every count of the policy stays as it is until --for is over, or until `resume`. Seen by everybody in `get`, ' +
      'on the page and in the events, with who paused it (the name of their token) and why; outlives a restart of an ' +
      'operator with --data. There is no pause without end: what is to last is `mode: Paused` in the policy itself.',
    options: ['for', 'reason', 'namespace', ...ASKING],
    help: {
      for: 'end by itself after this long, e.g. 30m (default 1h)',
      reason: 'why, for everybody who sees the pause',
      ...TOKEN_HELP,
    },
    examples: [
      'microscaling pause queue-demo --for 30m --reason "moving the queue"',
      'microscaling pause queue-demo',
    ],
    exitCodes: FINE,
    load: () => import('./commands/objects/pause.ts'),
  },
  {
    name: 'resume',
    arguments: '<policy>',
    completes: 'policy',
    summary: 'end a pause by hand',
    description:
      'Lets the operator go on with a policy that was paused by hand. One that says `mode: Paused` itself stays paused.',
    options: ['namespace', ...ASKING],
    help: TOKEN_HELP,
    examples: ['microscaling resume queue-demo'],
    exitCodes: FINE,
    load: () => import('./commands/objects/resume.ts'),
  },
  {
    name: 'override',
    arguments: '<words...>',
    completes: 'counts',
    summary: 'hold the count of an app for a while: APP=N',
    description:
      'An override with an end: the app (its name in the policy, or its Marathon id) has N instances, within its ' +
      'min and max, until --for is over; then its law goes on from there. APP=auto ends it earlier. The policy may be ' +
      'left out where only one has such an app.',
    options: ['for', 'reason', 'namespace', ...ASKING],
    help: { for: 'how long, e.g. 30m (default 1h, at most 24h)', ...TOKEN_HELP },
    examples: [
      'microscaling override consumer=8 --for 1h --reason "launch day"',
      'microscaling override queue-demo consumer=8 remainder=2',
      'microscaling override consumer=auto',
    ],
    exitCodes: FINE,
    load: () => import('./commands/objects/override.ts'),
  },
  {
    name: 'keep',
    arguments: '<words...>',
    completes: 'apps',
    summary: 'leave the definition of an app as it runs, for a while',
    description:
      'A change that somebody made to the definition of an app in its scheduler (more memory in an incident) stays until ' +
      '--for is over, though the policy says `drift: Revert`; its count goes on being set. APP=auto ends it earlier. The ' +
      'page keeps by the same button. What is to last belongs into the policy.',
    options: ['for', 'reason', 'namespace', ...ASKING],
    help: { for: 'how long, e.g. 4h (default 1h, at most 24h)', ...TOKEN_HELP },
    examples: [
      'microscaling keep queue-demo consumer --for 4h --reason "it ran out of memory"',
      'microscaling keep consumer=auto',
    ],
    exitCodes: FINE,
    load: () => import('./commands/objects/keep.ts'),
  },
  {
    name: 'put-back',
    arguments: '<words...>',
    completes: 'apps',
    summary: 'write the definition of an app as its policy says, once',
    description:
      'Somebody changed the definition of an app, and it is to be as the policy says: written once, though the policy ' +
      'says `drift: Report` or somebody keeps it. Its tasks are restarted, as with every change of a definition.',
    options: ['namespace', ...ASKING],
    help: TOKEN_HELP,
    examples: ['microscaling put-back queue-demo consumer', 'microscaling put-back consumer'],
    exitCodes: FINE,
    load: () => import('./commands/objects/put-back.ts'),
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
];
