/** What policies and holds have in common where they are kept. */
import { damaged } from '../ledger/ledger-error.js';
import { RetentionError } from './retention-error.js';

export const RETENTION_FORMAT = 1;
/** Class of the records that keep them: they are the tenant's own, and never free. */
export const RETENTION_CLASS = 'retention';
/** Class of the parts that name whom a hold is about. */
export const HOLD_CLASS = 'hold';

/** @throws RetentionError RETENTION_FORMAT_NEWER; LedgerError LEDGER_DAMAGED. */
export function checkFormat(format: number, what: string): void {
  if (format > RETENTION_FORMAT)
    throw new RetentionError(
      'RETENTION_FORMAT_NEWER',
      `${what} have format ${format}; this program reads ${RETENTION_FORMAT}: use the newer program`,
    );
  if (format !== RETENTION_FORMAT) throw damagedRetention(`${what} are`, 'the format is not 1');
}

export function damagedRetention(what: string, reason: string): Error {
  return damaged(`${what} not what was written: ${reason}`);
}
