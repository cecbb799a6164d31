import { describe, expect, it } from '@jest/globals';
import { programVersion } from '../../src/version.js';
import { runCli } from './support/run-cli.js';

describe('the command line', () => {
  it('shows its commands and its version', async () => {
    const help = await runCli(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('keys');
    expect(await runCli(['--version'])).toEqual({
      code: 0,
      stdout: `${programVersion()}\n`,
      stderr: '',
    });
  });

  it('shows the help of every command, with --json among the options of those that print', async () => {
    for (const command of ['create', 'list', 'revoke']) {
      const help = await runCli(['keys', command, '--help']);
      expect(help).toMatchObject({ code: 0, stderr: '' });
      expect(help.stdout).toContain('--json');
    }
  });

  it.each([
    [[]],
    [['nonsense']],
    [['--nonsense']],
    [['keys']],
    [['keys', 'nonsense']],
    [['keys', 'create']],
    [['keys', 'create', '--role', 'root']],
    [['keys', 'list', 'extra']],
    [['keys', 'list', '--url', 'not a url', '--key', 'k']],
    [['keys', 'list', '--url', 'ftp://x', '--key', 'k']],
    [['keys', 'list', '--url', 'http://x']],
    [['keys', 'list', '--key', 'k']],
    [['keys', 'list', '--url', 'http://x', '--key', 'a\nb']],
    [['keys', 'list', '--url', 'http://x', '--key', 'k', '--timeout', '1s']],
    [['keys', 'revoke', '--url', 'http://x', '--key', 'k']],
  ])('ends %j with exit code 2 and one line', async (argv) => {
    const { code, stdout, stderr } = await runCli(argv);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^chirograph: [^\n]+\n$/);
  });
});
