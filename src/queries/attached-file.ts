/** Attachments as reports take them. */
import { hexDigest } from '../base/hex-digest.js';
import type { AttachedFile } from '../reports/attached.js';
import type { AttachmentView } from './entry-view.js';

/** @param attachments of an entry as it is shown; nothing of one that attaches nothing. */
export function attachedFiles(attachments: readonly AttachmentView[] | undefined): {
  readonly attachments?: readonly AttachedFile[];
} {
  if (attachments === undefined) return {};
  return {
    attachments: attachments.map(({ file, name = null, mediaType, size, sha256 }) => ({
      ...{ id: hexDigest(file), name, mediaType, size, sha256: hexDigest(sha256) },
    })),
  };
}
