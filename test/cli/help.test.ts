import { describe, expect, it } from 'vitest';
import { OPTIONS, type OptionName } from '../../src/app/options.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { run } from '../support/programs/command.ts';

/** As it reads, however wide the terminal was. */
async function helpOf(command: string): Promise<string> {
  const { code, stdout } = await run([command, '--help']);
  expect(code).toBe(0);
  return stdout.replace(/\s+/g, ' ');
}

describe('--help', () => {
  it.each(COMMANDS.filter(({ help }) => help !== undefined))(
    'of $name has words of its own for its own options only',
    ({ help = {}, options }) => {
      for (const [name, words] of Object.entries(help) as [OptionName, string][]) {
        expect(options).toContain(name);
        expect(words).not.toBe(OPTIONS[name].help);
      }
    },
  );

  it('tells a shared option in the words of the command', async () => {
    const [demo, simulate] = await Promise.all([helpOf('demo'), helpOf('simulate')]);
    expect(demo).toContain("law of every target, Fluid, Queue or SimpleQueue, instead of the policy's own");
    expect(demo).toContain('least level that is logged (default warn)');
    expect(simulate).toContain('laws to compare, repeated or with commas');
    expect(simulate).toContain('or a range A..B');
  });
});
