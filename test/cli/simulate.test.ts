import { describe, expect, it } from '@jest/globals';
import { PLANTS } from '../../src/replication/simulation/plants.js';
import { runCli } from './support/run-cli.js';

describe('chirograph simulate', () => {
  it('says what happened, and ends with 0 where every promise was kept', async () => {
    const { code, stdout, stderr } = await runCli(['simulate', '--seed', '3', '--histories', '20']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^20 histories: \d+ blocks shown/);
    expect(stdout).toMatch(/every promise was kept\n$/);
  });

  it('ends with 1 where one was broken, and prints the seed that gives it again', async () => {
    const plant = ['--plant', 'keep-tail'];
    const { code, stdout } = await runCli(['simulate', '--histories', '2000', ...plant]);
    expect(code).toBe(1);
    const [, seed = ''] = /^broken, seed (\d+): /m.exec(stdout) ?? [];
    expect(stdout).toContain(`chirograph simulate --seed ${seed} --trace --plant keep-tail`);
    const once = ['simulate', '--seed', seed, '--histories', '1', ...plant];
    const again = await runCli([...once, '--json']);
    expect(again.code).toBe(1);
    expect(JSON.parse(again.stdout)).toMatchObject({
      histories: 1,
      plant: 'keep-tail',
      broken: { seed: Number(seed) },
    });
    const traced = await runCli(['simulate', '--seed', seed, '--trace', ...plant]);
    expect(traced.code).toBe(1);
    expect(traced.stdout.split('\n').length).toBeGreaterThan(20);
  });

  it('names the faults that can be planted', async () => {
    const { code, stdout } = await runCli(['simulate', '--plant', 'list']);
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(PLANTS.length);
    const json = await runCli(['simulate', '--plant', 'list', '--json']);
    expect(JSON.parse(json.stdout)).toEqual({
      plants: PLANTS.map(({ name, what }) => ({ name, what })),
    });
  });

  it.each([
    [['--plant', 'nothing'], 'there is no such fault'],
    [['--seed', '-1'], 'whole number'],
    [['--seed', '1e3'], 'whole number'],
    [['--histories', 'many'], 'whole number'],
    [['--histories', '0'], 'whole number'],
  ])('refuses %j', async (flags, words) => {
    const { code, stdout, stderr } = await runCli(['simulate', ...flags]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(words);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
