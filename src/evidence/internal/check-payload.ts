/** That the payload is the one that was committed to, and the one that the header describes. */
import { parseCanonicalJson } from '../../base/canonical-json.js';
import { BaseError } from '../../base/errors.js';
import { sha256Hex } from '../../base/hash.js';
import { verifyCommitment } from '../../records/commitment.js';
import { CMS_MEDIA_TYPE, JSON_MEDIA_TYPE } from '../../records/header.js';
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
import type { ReadEntry } from './read-statement.js';

export const PAYLOAD_RULES: Rules<ReadEntry> = {
  'the statement has one': ({ content, file }) =>
    file.payload === undefined || 'payload' in content
      ? null
      : finding('payload.of-nothing', { kind: content.kind }),

  'the commitment opens': ({ content, file }) => {
    if (file.payload === undefined || !('payload' in content)) return null;
    return verifyCommitment(file.payload.salt, file.payload.bytes, content.payload)
      ? null
      : finding('payload.commitment');
  },

  'the header describes it': (entry) => {
    const described = headerOf(entry)?.payload;
    const payload = entry.file.payload?.bytes;
    if (described === undefined || payload === undefined) return null;
    if (described.size !== payload.length) return finding('payload.differs', { member: 'size' });
    return described.sha256 === sha256Hex(payload)
      ? null
      : finding('payload.differs', { member: 'SHA-256' });
  },

  'it has the form that its media type asks for': (entry) => {
    const mediaType = headerOf(entry)?.payload.mediaType;
    const payload = entry.file.payload?.bytes;
    if (mediaType === undefined || payload === undefined) return null;
    if (entry.content.kind === 'signature')
      return mediaType === CMS_MEDIA_TYPE ? null : finding('payload.not-cms');
    return mediaType !== JSON_MEDIA_TYPE || isCanonicalJson(payload)
      ? null
      : finding('payload.not-canonical');
  },
};

export function checkPayload(entry: ReadEntry, rules: Rules<ReadEntry> = PAYLOAD_RULES): Outcome {
  if (entry.file.payload === undefined) return notPresent('payload.not-present');
  const broken = brokenRule(rules, entry);
  if (broken !== null) return failed(broken);
  return passed('math', headerOf(entry) === null ? 'payload.pass-undescribed' : 'payload.pass', {
    size: entry.file.payload.bytes.length,
  });
}

function isCanonicalJson(bytes: Uint8Array): boolean {
  try {
    parseCanonicalJson(bytes);
    return true;
  } catch (cause) {
    if (cause instanceof BaseError) return false;
    throw cause;
  }
}
