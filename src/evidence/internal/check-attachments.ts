/**
 * The check `attachments` of a collection: that what its records attach is what the file shows of it. A file that is not
 * among the entries is not asked for: nothing but the header says what it held.
 */
import type { AttachmentDescription } from '../../records/attachment.js';
import { FILE_TYPE, fileContentIn } from '../../records/file-content.js';
import type { RecordStatement } from '../../records/statement.js';
import { isRecord } from './answer.js';
import { headerOf } from './check-header.js';
import {
  brokenRule,
  failed,
  finding,
  notPresent,
  type Outcome,
  passed,
  type Rules,
} from './outcome.js';
import type { CollectedEntry, ReadCollection } from './read-collection.js';
import type { ReadEntry } from './read-statement.js';

export interface AttachmentSubject {
  readonly record: ReadEntry<RecordStatement>;
  readonly attachment: AttachmentDescription;
  /** The entry that it names, of which perhaps only the statement is shown. */
  readonly file: CollectedEntry;
}

export const ATTACHMENT_RULES: Rules<AttachmentSubject> = {
  'it is a file': ({ file: { content, file } }) => {
    if (content.kind !== 'record' || content.type !== FILE_TYPE)
      return finding('attachments.no-file');
    const { payload } = file;
    return payload === undefined || fileContentIn(payload.bytes) !== null
      ? null
      : finding('attachments.no-file');
  },

  'it holds what the record says': ({ attachment, file: { file } }) => {
    const content = file.payload === undefined ? null : fileContentIn(file.payload.bytes);
    if (content === null) return null;
    const other = MEMBERS.find((name) => content[name] !== attachment[name]);
    return other === undefined ? null : finding('attachments.differs', { member: other });
  },

  'it is of the subject of the record': ({ record, file }) =>
    file.content.tags.subject === record.content.tags.subject
      ? null
      : finding('attachments.subject'),

  'it was there before the record': ({ record, file }) =>
    file.content.index < record.content.index ? null : finding('attachments.later'),
};

/** Null if no record that is opened attaches anything. */
export function checkAttachments(
  { entries, byLeaf }: Pick<ReadCollection, 'entries' | 'byLeaf'>,
  rules: Rules<AttachmentSubject>,
): Outcome | null {
  let count = 0;
  let shown = 0;
  for (const record of entries.filter(isRecord))
    for (const attachment of attachmentsOf(record)) {
      count++;
      const file = byLeaf.get(attachment.entry);
      if (file === undefined) continue;
      const broken = brokenRule(rules, { record, attachment, file });
      if (broken !== null)
        return failed({ ...broken, facts: { ...broken.facts, entry: record.content.index } });
      shown++;
    }
  if (count === 0) return null;
  return shown === 0
    ? notPresent('attachments.not-shown', { count })
    : passed('math', 'attachments.pass', { count, shown });
}

const MEMBERS = ['mediaType', 'sha256', 'size'] as const;

function attachmentsOf(record: ReadEntry<RecordStatement>): readonly AttachmentDescription[] {
  const header = headerOf(record);
  return header !== null && 'attachments' in header ? header.attachments : [];
}
