/** That the header is the one that the statement commits to, and says what the statement says. */
import { verifyCommitment } from '../../records/commitment.js';
import type { RecordHeader, SignatureHeader } from '../../records/header.js';
import {
  brokenRule,
  failed,
  finding,
  notPresent,
  type Outcome,
  passed,
  type Rules,
} from './outcome.js';
import { isFinding } from './read-part.js';
import type { ReadEntry } from './read-statement.js';

export const HEADER_RULES: Rules<ReadEntry> = {
  'it belongs to an entry that has one': ({ content, file }) =>
    file.header === undefined || 'header' in content
      ? null
      : finding('header.of-nothing', { kind: content.kind }),

  'the commitment opens': ({ content, file }) => {
    if (file.header === undefined || !('header' in content)) return null;
    return verifyCommitment(file.header.salt, file.header.bytes, content.header)
      ? null
      : finding('header.commitment');
  },

  'it can be read': ({ header }) => (header !== null && isFinding(header) ? header : null),

  'it says what the statement says': (entry) => {
    const { content } = entry;
    const header = headerOf(entry);
    if (header === null) return null;
    if (content.kind === 'signature' && 'of' in header)
      return header.of === content.of ? null : finding('header.differs', { member: 'of' });
    if (content.kind !== 'record' || 'of' in header) return null;
    if (header.type !== content.type) return finding('header.differs', { member: 'type' });
    return header.parts?.length === content.parts?.length
      ? null
      : finding('header.differs', { member: 'parts' });
  },
};

export function checkHeader(entry: ReadEntry, rules: Rules<ReadEntry> = HEADER_RULES): Outcome {
  if (entry.file.header === undefined) return notPresent('header.not-present');
  const broken = brokenRule(rules, entry);
  if (broken !== null) return failed(broken);
  return passed('math', 'header.pass');
}

/** The header, if the file opens it and it can be read. */
export function headerOf({ header }: ReadEntry): RecordHeader | SignatureHeader | null {
  return header === null || isFinding(header) ? null : header;
}
