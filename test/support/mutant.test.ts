import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { mutate, type PlantedFault, plant } from './mutant.js';

const FAULT: PlantedFault = {
  name: 'another greeting',
  file: 'cli/program.js',
  find: 'an audit and identity ledger',
  replace: 'a mutant ledger',
};

describe('mutate', () => {
  it('replaces the one place', () => {
    expect(mutate(`say("${FAULT.find}");`, FAULT)).toBe('say("a mutant ledger");');
  });

  it('refuses a fault whose place is gone, or is not one', () => {
    expect(() => mutate('say();', FAULT)).toThrow('0 places in cli/program.js');
    expect(() => mutate(FAULT.find + FAULT.find, FAULT)).toThrow('2 places');
    expect(() => mutate(FAULT.find, { ...FAULT, replace: FAULT.find })).toThrow('not one');
  });
});

describe('plant', () => {
  it('makes modules that can be imported', async () => {
    const mutant = await plant(null);
    const { programVersion } = (await import(mutant.moduleUrl('version.js'))) as {
      programVersion: () => string;
    };
    expect(programVersion()).toMatch(/^\d+\.\d+\.\d+/);
    await mutant.remove();
  });

  it('makes a program that runs and differs from the product in that fault alone', async () => {
    const mutant = await plant(FAULT);
    const help = (program: string): string =>
      spawnSync(process.execPath, [program, '--help'], { encoding: 'utf8' }).stdout;
    const said = help(mutant.program);
    const { root } = mutant;
    await mutant.remove();
    expect(said).toContain(FAULT.replace);
    expect(said.replace(FAULT.replace, FAULT.find)).toBe(help('bin/chirograph.js'));
    expect(existsSync(root)).toBe(false);
  });

  it('refuses a fault that is nowhere, and leaves nothing', async () => {
    await expect(plant({ ...FAULT, find: 'no such code' })).rejects.toThrow('0 places');
  });
});
