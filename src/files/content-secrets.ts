/** Under which secret the chunks of a subject's files are: made when files of the subject begin, and committed before it is used. */
import { equalBytes } from '../base/bytes.js';
import type { JsonObject } from '../base/canonical-json.js';
import { tagsScope } from '../base/secret-scope.js';
import { appendRecords } from '../commands/append-records.js';
import type { AppendRecordsDeps, AppendTarget } from '../commands/append-target.js';
import type { Vault } from '../keys/vault.js';
import { parseRecordInput } from '../records/record-input.js';
import { filesSecretOf } from './chunks/chunk.js';
import type { ContentSecret } from './chunks/content-writer.js';
import { FILE_SUBJECT_TYPE } from './file-change.js';
import { FilesError } from './files-error.js';
import { FILES_FORMAT } from './files-format.js';
import type { StoredContent } from './stored-content.js';

/** @throws what the ledger throws. */
export async function contentSecretOf(
  subject: string,
  vault: Vault,
  appending: AppendRecordsDeps,
  target: AppendTarget,
): Promise<ContentSecret> {
  const found = await committed(subject, vault);
  if (found !== null) return found;
  // Content may come for days: its secret must not be gone with the process.
  await appendOne(appending, target, {
    ...{ type: FILE_SUBJECT_TYPE, subject, key: 'files' },
    payload: { $v: FILES_FORMAT },
  });
  const made = await committed(subject, vault);
  if (made === null) throw stale();
  return made;
}

/** @throws FilesError FILES_STALE if its secret has been destroyed since it was stored. */
export async function checkFresh(
  { subject, secretRow }: Pick<StoredContent, 'subject' | 'secretRow'>,
  vault: Vault,
): Promise<void> {
  const found = await vault.find(tagsScope(subject));
  if (found === null || !equalBytes(found.rowId, secretRow)) throw stale();
}

async function committed(subject: string, vault: Vault): Promise<ContentSecret | null> {
  const found = await vault.find(tagsScope(subject));
  if (found === null || vault.pendingRow(found.rowId) !== null) return null;
  return { subject, filesSecret: filesSecretOf(found.secret), secretRow: found.rowId };
}

async function appendOne(
  appending: AppendRecordsDeps,
  target: AppendTarget,
  record: JsonObject,
): Promise<void> {
  const request = { record: parseRecordInput(record), idempotencyKey: null };
  const [result] = await appendRecords(appending, target, [request]);
  if (result?.kind === 'error') throw result.error;
}

function stale(): FilesError {
  return new FilesError(
    'FILES_STALE',
    'whom the file is about was forgotten while it came in: send it again if it is to be kept',
  );
}
