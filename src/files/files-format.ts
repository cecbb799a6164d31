/** The format number that the payloads of files begin with. */
import { damaged } from '../ledger/ledger-error.js';
import { FilesError } from './files-error.js';

export const FILES_FORMAT = 1;

/** @throws FilesError FILES_FORMAT_NEWER; LedgerError LEDGER_DAMAGED. */
export function checkFilesFormat(found: number): void {
  if (found > FILES_FORMAT)
    throw new FilesError(
      'FILES_FORMAT_NEWER',
      `a record of files has format ${found}; this program reads ${FILES_FORMAT}: use the newer program`,
    );
  if (found !== FILES_FORMAT) throw damaged('a record of files has no format');
}
