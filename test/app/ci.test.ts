// deploy/ci: the jobs parse, name what there is, have no right too many, and do what they say when their steps run.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how a workflow names its values

import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { load } from 'js-yaml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OPTIONS } from '../../src/app/options.ts';
import { COMMANDS } from '../../src/cli/commands.ts';

const root = resolve(import.meta.dirname, '../..');
const SHOP = `apiVersion: microscaling.io/v1alpha1
kind: MicroscalingPolicy
metadata: { name: shop }
spec:
  capacity: { slots: 4 }
  apps:
  - name: worker
    priority: 1
    targets: [{ queueLength: 10, metric: { random: { max: 9 } } }]
    app: { cmd: sleep 1, user: nobody }
`;

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
}
interface Job {
  readonly if?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps?: readonly Step[];
  readonly with?: Readonly<Record<string, string>>;
  readonly uses?: string;
}
interface Workflow {
  readonly on: Readonly<
    Record<string, { readonly inputs?: Readonly<Record<string, { readonly required?: boolean }>> }>
  >;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

function text(name: string): string {
  return readFileSync(join(root, 'deploy/ci', name), 'utf8');
}

const github = load(text('github.yaml')) as Workflow;
const caller = load(text('github-caller.yaml')) as Workflow;
const gitlab = load(text('gitlab.yaml')) as {
  readonly microscaling: {
    readonly script: readonly string[];
    readonly variables: Readonly<Record<string, string>>;
  };
};
const steps = Object.values(github.jobs).flatMap((job) => job.steps ?? []);

describe('the options in them', () => {
  const scripts = [...steps.map(({ run = '' }) => run), ...gitlab.microscaling.script]
    .join('\n')
    .replaceAll('\\\n', ' ');
  const calls = [...scripts.matchAll(/(?:"\$IMAGE"|\bmicroscaling) (plan|validate) (-f[^>|\n]*)/g)];
  const further = [
    caller.jobs['plan']?.with?.['arguments'] ?? '',
    gitlab.microscaling.variables['MICROSCALING_ARGUMENTS'] ?? '',
  ];

  it('are those of the commands', () => {
    expect(calls.map(([, verb]) => verb).sort()).toEqual(['plan', 'plan', 'validate', 'validate']);
    for (const [, verb, rest = ''] of calls) {
      const spec = COMMANDS.find(({ name }) => name === verb);
      const known = spec?.options.flatMap((name) => {
        const option: { readonly flag: string; readonly short?: string } = OPTIONS[name];
        return [option.flag, option.short ?? ''];
      });
      for (const words of [rest, ...further]) {
        for (const [flag] of words.matchAll(/(?<=\s|^)--?[a-z][a-z-]*/g))
          expect(known, `${verb} ${flag}`).toContain(flag);
      }
      expect(rest).toContain('-f ');
      expect(rest.includes('-o markdown')).toBe(verb === 'plan');
    }
  });

  it('include the inputs that are called with', () => {
    const { inputs = {} } = github.on['workflow_call'] ?? {};
    const given = Object.keys(caller.jobs['plan']?.with ?? {});
    expect(Object.keys(inputs)).toEqual(expect.arrayContaining(given));
    const required = Object.keys(inputs).filter((name) => inputs[name]?.required === true);
    expect(required).not.toEqual([]);
    expect(given).toEqual(expect.arrayContaining(required));
  });
});

describe('the rights of the workflow', () => {
  it('are the least', () => {
    expect(github.permissions).toEqual({});
    expect(github.jobs['plan']?.permissions).toEqual({ contents: 'read' });
    expect(github.jobs['comment']?.permissions).toEqual({ 'pull-requests': 'write' });
    expect(caller.permissions).toEqual({ contents: 'read', 'pull-requests': 'write' });
    expect(Object.keys(caller.on)).toEqual(['pull_request']);
  });

  it('are given to actions by the hash of their code only', () => {
    const uses = [...text('github.yaml').matchAll(/uses: (.*)/g)].map(([, used]) => used);
    expect(uses.length).toBe(3);
    for (const used of uses) expect(used).toMatch(/^actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('end where a fork begins', () => {
    const same = 'github.event.pull_request.head.repo.full_name == github.repository';
    const trusted = steps.filter(({ env }) => JSON.stringify(env ?? {}).includes('secrets.'));
    expect(trusted).not.toEqual([]);
    for (const step of trusted) expect(step.if).toContain(same);
    expect(github.jobs['comment']?.if).toContain(same);
  });

  it('do not let what strangers write into a script', () => {
    const scripts = steps.flatMap(({ run }) => run ?? []);
    expect(scripts).not.toEqual([]);
    for (const script of scripts) expect(script).not.toContain('${{');
  });
});

describe('their steps', () => {
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'ci-'));
    mkdirSync(join(dir, 'bin'));
    mkdirSync(join(dir, 'repository', 'policies'), { recursive: true });
    writeFileSync(join(dir, 'repository', 'policies', 'shop.yaml'), SHOP);
    program('microscaling', `exec '${process.execPath}' '${join(root, 'src/cli/main.ts')}' "$@"`);
    program(
      'docker',
      `printf '%s ' "$@" >> '${dir}/docker.log'; while [ "$1" != IMAGE ]; do shift; done; shift; exec microscaling "$@"`,
    );
    program(
      'gh',
      `printf '%s ' "$@" >> '${dir}/gh.log'; case "$*" in *--paginate*) cat '${dir}/comments' 2>/dev/null;; *) cat comment.json > '${dir}/sent';; esac; true`,
    );
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  function program(name: string, script: string): void {
    writeFileSync(join(dir, 'bin', name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(dir, 'bin', name), 0o755);
  }

  /** The exit code of a script, as a runner runs it. */
  function run(
    shell: readonly string[],
    script: string,
    env: Readonly<Record<string, string>>,
  ): Promise<number> {
    const [command = '', ...args] = shell;
    return new Promise((resolveCode) => {
      const options = {
        cwd: join(dir, 'repository'),
        env: { PATH: `${join(dir, 'bin')}:${process.env['PATH']}`, NO_COLOR: '1', ...env },
      };
      execFile(command, [...args, script], options, (error) =>
        resolveCode(error === null ? 0 : Number(error.code)),
      );
    });
  }

  const step = (name: RegExp): string => steps.find((each) => name.test(each.name ?? ''))?.run ?? '';
  const bash = ['bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c'];
  const env = {
    IMAGE: 'IMAGE',
    DIRECTORY: 'policies',
    ARGUMENTS: '--untrusted --allow-secret-env A_* --allow-secret-env B',
  };
  const read = (...path: readonly string[]): string => readFileSync(join(dir, ...path), 'utf8');

  it('check policies, and fail for one that is not allowed', async () => {
    expect(await run(bash, step(/Check/), env)).toBe(0);
    expect(read('docker.log')).toContain('--network none');
    writeFileSync(join(dir, 'repository/policies/shop.yaml'), SHOP.replace('sleep 1', 'sleep 1, user: root'));
    expect(await run(bash, step(/Check/), env)).toBe(1);
  });

  it('write a plan, and fail only when there is none', async () => {
    const { marathon, close } = await emptyMarathon();
    try {
      const more = {
        MICROSCALING_MARATHON: marathon,
        GITHUB_STEP_SUMMARY: join(dir, 'summary'),
        ENVIRONMENT: '',
      };
      expect(await run(bash, step(/Compare/), { ...env, ...more })).toBe(0);
      expect(read('summary')).toMatch(
        /^<!-- microscaling plan of policies -->\n[\s\S]*create[\s\S]*\/shop\/worker/,
      );
      const nowhere = { ...more, MICROSCALING_MARATHON: 'http://127.0.0.1:1' };
      expect(await run(bash, step(/Compare/), { ...env, ...nowhere })).toBe(1);
      expect(read('repository', 'plan.md')).toMatch(/connection refused/);
    } finally {
      close();
    }
  });

  it.skipIf(jqMissing()).each([
    ['writes a comment', '', /POST repos\/o\/r\/issues\/7\/comments/],
    ['writes the same comment again', '4711\n', /PATCH repos\/o\/r\/issues\/comments\/4711/],
  ])('GitHub: %s', async (_, found, call) => {
    writeFileSync(join(dir, 'repository', 'plan.md'), '<!-- microscaling plan of policies -->\nthe "plan"\n');
    writeFileSync(join(dir, 'comments'), found);
    expect(await run(bash, step(/comment/), { GH_TOKEN: 't', REPOSITORY: 'o/r', NUMBER: '7' })).toBe(0);
    expect(read('gh.log')).toMatch(call);
    expect(JSON.parse(read('sent'))).toEqual({
      body: '<!-- microscaling plan of policies -->\nthe "plan"\n',
    });
  });

  it.each([
    ['writes a note', [], 'POST /projects/3/merge_requests/7/notes'],
    [
      'writes the same note again, and not that of somebody who copied its first line',
      [
        { id: 1, author: { id: 66 }, body: '<!-- microscaling plan of policies -->' },
        { id: 2, author: { id: 5 }, body: '<!-- microscaling plan of policies -->\nold' },
      ],
      'PUT /projects/3/merge_requests/7/notes/2',
    ],
  ])('GitLab: %s', async (_, notes, call) => {
    const { marathon, close } = await emptyMarathon();
    const requests: string[] = [];
    const server = createServer((request, response) => {
      requests.push(`${request.method} ${request.url} ${request.headers['private-token']}`);
      request.resume();
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(request.url?.startsWith('/user') ? { id: 5 } : notes));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    try {
      const code = await run(['sh', '-ec'], gitlab.microscaling.script.join('\n'), {
        ...gitlab.microscaling.variables,
        MICROSCALING_MARATHON: marathon,
        MICROSCALING_NOTE_TOKEN: 'note-token',
        CI_API_V4_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        CI_PROJECT_ID: '3',
        CI_MERGE_REQUEST_IID: '7',
      });
      expect(code).toBe(0);
      expect(requests.at(-1)).toBe(`${call} note-token`);
      expect(read('repository', 'plan.md')).toMatch(/\/shop\/worker/);
    } finally {
      server.close();
      close();
    }
  });

  it('GitLab: checks only, where there is no Marathon to compare with', async () => {
    const code = await run(
      ['sh', '-ec'],
      gitlab.microscaling.script.join('\n'),
      gitlab.microscaling.variables,
    );
    expect(code).toBe(0);
    expect(existsSync(join(dir, 'repository', 'plan.md'))).toBe(false);
  });
});

/** GitHub's runners have it. Under CI a missing one is a failure, so there it is never skipped. */
function jqMissing(): boolean {
  const paths = (process.env['PATH'] ?? '').split(':');
  if (process.env['CI'] === 'true' || paths.some((path) => existsSync(join(path, 'jq')))) return false;
  console.warn('the comment on GitHub is not tested: no jq (apt-get install jq)');
  return true;
}

/** A Marathon without apps, as far as a plan asks. */
async function emptyMarathon(): Promise<{ readonly marathon: string; close(): void }> {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    const list = /\/v2\/(apps|deployments|queue|info)/.exec(request.url ?? '')?.[1];
    response.end(
      JSON.stringify(
        list === 'apps' ? { apps: [] } : list === 'queue' ? { queue: [] } : list === 'info' ? {} : [],
      ),
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    marathon: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => void server.close(),
  };
}
