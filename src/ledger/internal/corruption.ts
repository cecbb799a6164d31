/** RocksDB finds some damage only when it writes: in the background it reads its old tables again. */
import { systemErrorMessage } from '../../base/system-error.js';
import { damaged } from '../ledger-error.js';

/** @throws LedgerError LEDGER_DAMAGED where RocksDB says that its files are corrupt; else as `writing`. */
export async function orDamaged<T>(writing: Promise<T>, what: string): Promise<T> {
  try {
    return await writing;
  } catch (cause) {
    if (/checksum|corrupt/i.test(systemErrorMessage(cause))) throw damaged(what, cause);
    throw cause;
  }
}
