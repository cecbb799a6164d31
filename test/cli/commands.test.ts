import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { createProgram } from '../../src/cli/program.js';
import { runCli } from './support/run-cli.js';

const terminal = {
  stdout: () => undefined,
  stderr: () => undefined,
  isInteractive: false,
  stdin: Readable.from([]),
  env: {},
};

const program = createProgram(terminal, () => undefined);

/** Commands that do something, each with its words: `keys create`. */
function leaves(command: Command, words: readonly string[] = []): [string, Command][] {
  return command.commands.flatMap((one) => {
    const name = [...words, one.name()];
    return one.commands.length === 0 ? [[name.join(' '), one]] : leaves(one, name);
  });
}

const commands = leaves(program);

describe('docs/commands.md', () => {
  const rows = readFileSync('docs/commands.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));

  it('has a row for each command, in its order, with what --help says of it', () => {
    const expected = commands.map(([name, command]) => [
      `\`${`${name} ${command.usage()}`.replace(' [options]', '').replace('[options]', '').trim()}\``,
      command.description(),
      command.options.map(({ long }) => `\`${long ?? ''}\``).join(' '),
    ]);
    expect(rows.map((cells) => cells.slice(1, 4))).toEqual(expected);
  });
});

describe('the help of every command', () => {
  it.each(commands.map(([name]) => name))(
    'of %s has an example and says what it does',
    async (name) => {
      const help = await runCli([...name.split(' '), '--help']);
      expect(help).toMatchObject({ code: 0, stderr: '' });
      expect(help.stdout).toMatch(new RegExp(`^Examples?:\n  chirograph ${name}\\b`, 'm'));
    },
  );

  it('says of Bitcoin mainnet that it is untried, where it is offered', async () => {
    for (const argv of [
      ['anchor', '--help'],
      ['anchor', 'now', '--help'],
      ['verify', '--help'],
    ])
      expect((await runCli(argv)).stdout).toContain('untried');
  });

  it('prints JSON where there is something to print', () => {
    const without = commands.filter(
      ([, { options }]) => !options.some(({ long }) => long === '--json'),
    );
    // What it writes is JSON anyway.
    expect(without.map(([name]) => name)).toEqual(['serve', 'witness serve', 'dht']);
  });
});
