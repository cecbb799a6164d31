import { expect } from '@jest/globals';
import { ChirographError } from '../../src/base/errors.js';

/** Runs `act` and returns the operating error it must end with, so that more can be asked of it. */
export function failure(act: () => unknown): ChirographError {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(ChirographError);
    return error as ChirographError;
  }
  throw new Error('it did not fail');
}

/** As `failure`, of a promise. */
export async function rejection(promise: Promise<unknown>): Promise<ChirographError> {
  return promise.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => {
      expect(error).toBeInstanceOf(ChirographError);
      return error as ChirographError;
    },
  );
}
