/**
 * The table of levels and fates, and the faults that it must notice: each leaves out one rule of
 * EN 319 102-1 in a copy of the built product.
 */
import { describe, expect, it } from '@jest/globals';
import { validateCades } from '../../src/signing/cades-validator.js';
import { plant } from '../support/mutant.js';
import { VALIDATION_FAULTS } from './support/validation-faults.js';
import { CASES, outcomeOf, outcomesIn, WORLDS } from './support/validation-worlds.js';

describe('a signature at each level is judged', () => {
  it.each(WORLDS)('$name', (world) => {
    expect(outcomesIn(world, validateCades)).toEqual(world.expected);
  });
});

const requests = CASES.map((each) => ({ ...each, request: each.request() }));

describe('the answer is', () => {
  it.each(requests)('$expected to $name', ({ request, expected }) => {
    expect(outcomeOf(validateCades(request))).toBe(expected);
  });
});

describe('the table notices that', () => {
  it.each(VALIDATION_FAULTS)('$name', async (fault) => {
    expect(await differencesOf(fault)).not.toEqual([]);
  });

  it('nothing is wrong with a faithful copy', async () => {
    expect(await differencesOf(null)).toEqual([]);
  });
});

interface Validator {
  validateCades: typeof validateCades;
}

/** The worlds and cases of which a mutant says something else than the table. */
async function differencesOf(fault: Parameters<typeof plant>[0]): Promise<readonly string[]> {
  const mutant = await plant(fault);
  try {
    const url = mutant.moduleUrl('signing/cades-validator.js');
    const { validateCades: validate } = (await import(url)) as Validator;
    const worlds = WORLDS.filter(
      (world) => outcomesIn(world, validate).join() !== world.expected.join(),
    );
    const cases = requests.filter(
      ({ request, expected }) => outcomeOf(validate(request)) !== expected,
    );
    return [...worlds, ...cases].map(({ name }) => name);
  } finally {
    await mutant.remove();
  }
}
