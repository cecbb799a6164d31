/** A record may withdraw a version of the same thing, or, if it has no key, one of the same subject. */
import { fromHex } from '../../base/bytes.js';
import type { LogReader } from '../../ledger/log-reader.js';
import { parseStatement } from '../../records/parse-statement.js';
import type { PreparedEntry } from '../../records/prepared-entry.js';
import { RecordsError } from '../../records/records-error.js';

/** @throws RecordsError RECORD_MALFORMED, naming `/retracts`. */
export async function checkRetraction(
  reader: LogReader,
  { retracts, subjectTag, thing, isFirst }: PreparedEntry,
): Promise<void> {
  if (retracts === null) return;
  const index = await reader.indexOf(fromHex(retracts));
  if (index === null) throw refused('names no entry of this ledger');
  const { statement } = await reader.entry(index);
  const target = parseStatement(statement);
  if (target.kind !== 'record') throw refused('names an entry that is no record');
  const isSame = isFirst ? target.tags.subject === subjectTag : target.tags.key === thing;
  if (!isSame) throw refused('names a version of something else');
}

function refused(reason: string): RecordsError {
  return new RecordsError('RECORD_MALFORMED', `retracts ${reason}`, { path: '/retracts' });
}
