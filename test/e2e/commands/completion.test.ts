// The completion scripts in real shells and JSONPath beside a real kubectl, against a real operator.

import { execFile, execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SHELLS } from '../../../src/cli/completion/scripts.ts';
import { Kubectl, kubectlMissing, kubectlPrograms } from '../../support/kubernetes/kubectl.ts';
import { pathWithCommand, printed, ROOT, run } from '../../support/programs/command.ts';
import { Laptop } from '../../support/programs/laptop.ts';
import { freePort } from '../../support/suite/free-port.ts';
import { until } from '../../support/until.ts';

const POLICY = `
apiVersion: microscaling.io/v1alpha1
kind: MicroscalingPolicy
metadata: { name: shop, labels: { example.com/team: red } }
spec:
  mode: Observe
  capacity: { slots: 6 }
  apps:
    - name: front
      priority: 1
      instances: { min: 1, max: 5 }
      targets: [{ perInstance: 1, metric: { random: { min: 2, max: 2, period: 1h, seed: 1 } } }]
      app: { cmd: sleep 1000, cpus: 0.01, mem: 16 }
    - { name: back, priority: 2, instances: { min: 1 }, remainder: {}, app: { cmd: sleep 1000, cpus: 0.01, mem: 16 } }
`;

const laptop = new Laptop();
const folder = laptop.dir;
let server: string;
let path: string;

/** The words that the shell would offer for a line with the cursor at its end. */
const ASKED: Readonly<Record<(typeof SHELLS)[number], string>> = {
  bash: `source "$1"; COMP_LINE=$2 COMP_POINT=\${#2}; _microscaling; printf '%s\\n' "\${COMPREPLY[@]}"`,
  zsh: `compdef() { :; }; source "$1"
    _describe() { print -rl -- "\${(@)\${(@P)2}%%:*}"; }
    compadd() { shift 3; print -rl -- "$@"; }
    compset() { :; }
    _files() { print -rl -- *; }
    words=("\${(@s: :)2}"); CURRENT=\${#words}; _microscaling; true`,
  fish: `source $argv[1]; complete -C $argv[2] | string replace -r '\\t.*' ''; true`,
};

const WITHOUT_SETTINGS = { bash: ['--norc', '-c'], zsh: ['-f', '-c'], fish: ['--no-config', '-c'] } as const;

async function offered(shell: (typeof SHELLS)[number], line: string): Promise<readonly string[]> {
  const script = join(folder, `completion.${shell}`);
  const { code, stdout: text } = await run(['completion', shell]);
  expect(code).toBe(0);
  writeFileSync(script, text);
  const name = shell === 'fish' ? [] : ['shell'];
  const { stdout } = await promisify(execFile)(
    shell,
    [...WITHOUT_SETTINGS[shell], ASKED[shell], ...name, script, line],
    {
      cwd: join(ROOT, 'specs'),
      env: {
        ...process.env,
        PATH: path,
        MICROSCALING_SERVER: server,
      },
    },
  );
  return stdout.split('\n').filter(Boolean);
}

function shellMissing(shell: string): boolean {
  if (process.env['CI'] === 'true') return false;
  try {
    execFileSync(shell, ['--version'], { stdio: 'ignore' });
    return false;
  } catch {
    console.warn(`tests of the completion skipped: no ${shell} (apt-get install ${shell})`);
    return true;
  }
}

const kubectls = kubectlPrograms();

describe('words of a running operator', { concurrent: false }, () => {
  beforeAll(async () => {
    path = pathWithCommand(folder);
    writeFileSync(laptop.path('shop.yaml'), POLICY);
    server = `http://127.0.0.1:${await freePort()}`;
    const operator = laptop.start(['run', '--policies', laptop.path('shop.yaml'), '--api', server.slice(7)]);
    await printed(operator, /operator started/);
    await until(
      'the policy to be known',
      async () => (await run(['get', 'shop', '--server', server])).code === 0,
    );
    expect((await run(['pause', 'shop', '--for', '1h', '--server', server])).code).toBe(0);
  });
  afterAll(() => laptop.end());

  for (const shell of SHELLS)
    describe.skipIf(shellMissing(shell))(`in ${shell}`, () => {
      it.each([
        ['microscaling expl', ['explain']],
        ['microscaling explain ', ['shop']],
        ['microscaling override shop fr', ['front=']],
        ['microscaling get -o ya', ['yaml']],
        ['microscaling get -wn default sh', ['shop']],
        ['microscaling describe intervention ', ['shop-pause']],
        ['microscaling describe --wa', ['--watch']],
        ['microscaling explain nothing-of-this-name', []],
      ])('%j is completed to %j', async (line, words) => {
        // The shell waits for the operator for a moment only, which a busy machine may need longer than.
        await vi.waitFor(async () => expect(await offered(shell, line)).toEqual(words), { timeout: 60_000 });
      });

      it('a file is completed as the shell does', async () => {
        const files = await offered(shell, 'microscaling validate -f pol');
        expect(files.map((file) => file.replace(/\/$/, ''))).toContain('policies');
        const behindEquals = await offered(shell, 'microscaling plan --file=pol');
        const whole = shell === 'fish' ? '--file=policies' : 'policies';
        expect(behindEquals.map((file) => file.replace(/\/$/, ''))).toContain(whole);
      });
    });

  describe.skipIf(kubectlMissing(kubectls))('as JSONPath', () => {
    it.each([
      '{.items[*].metadata.name}',
      '{.items[0].metadata.labels.example\\.com/team}',
      '{range .items[*]}{.metadata.name}{"\\t"}{.spec.capacity.slots}{"\\n"}{end}',
      '{.items[0].spec.apps[?(@.name=="front")].instances.max}',
      '{.items[0].spec.apps[*].name}',
      '{.items[0].spec.apps[-1:].name} of {.items[0].kind}',
      '{.items[0].nothing}',
    ])('%s prints what kubectl prints', async (template) => {
      const ours = await run(['get', '-n', 'default', '-o', `jsonpath=${template}`, '--server', server]);
      expect(ours.code).toBe(0);
      for (const program of kubectls) {
        const theirs = new Kubectl(program, server, join(folder, 'home'));
        const { stdout, code } = await theirs.run(['get', 'msp', '-o', `jsonpath=${template}`]);
        expect(code).toBe(0);
        expect(ours.stdout).toBe(stdout);
      }
    });
  });
});
