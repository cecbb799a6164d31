/**
 * The table of levels and fates. The faults planted below show that it notices when a rule is left out.
 */
import { describe, expect, it } from '@jest/globals';
import { validateCades } from '../../src/signing/cades-validator.js';
import { outcomesIn, WORLDS } from './support/validation-worlds.js';

describe('a signature at each level is judged', () => {
  it.each(WORLDS)('$name', (world) => {
    expect(outcomesIn(world, validateCades)).toEqual(world.expected);
  });
});
