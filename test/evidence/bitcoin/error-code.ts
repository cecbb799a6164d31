import { BitcoinProofError } from '../../../src/evidence/bitcoin/errors.js';

/** `CODE: message` of the BitcoinProofError that `act` throws, or `none`; any other error goes through. */
export function refusal(act: () => unknown): string {
  try {
    act();
    return 'none';
  } catch (error) {
    if (!(error instanceof BitcoinProofError)) throw error;
    return `${error.code}: ${error.message}`;
  }
}
