/** Files that a record refers to, as its header describes them (docs/formats/header.md). */
import type { HexDigest } from '../base/hex-digest.js';
import { COUNT, DIGEST, type JsonMembers, textLike } from '../base/json-members.js';
import { PERSON_NAME } from '../base/secret-scope.js';

export const MAX_ATTACHMENTS = 64;
/** As free as a person's name. */
export const ATTACHMENT_NAME = PERSON_NAME;
/** As whoever brought the file called it: with parameters, in any case. */
export const FILE_MEDIA_TYPE = textLike(/^[^\p{Cc}\p{Cs}]{1,256}$/u, 'a media type');

export interface AttachmentDescription {
  /** Leaf hash of the entry that brought the content into the ledger. */
  readonly entry: HexDigest;
  readonly mediaType: string;
  /** The record's own word for it. */
  readonly name?: string;
  /** Of the content. */
  readonly sha256: HexDigest;
  /** Bytes of the content. */
  readonly size: number;
}

/** In the order of the record; none where the header has none. @throws what `members` refuses with. */
export function readAttachments(members: JsonMembers): AttachmentDescription[] {
  return members.objects('attachments', MAX_ATTACHMENTS).map((inner) => {
    const name = inner.optional('name', NAME);
    const attachment = {
      entry: inner.required('entry', DIGEST),
      mediaType: inner.required('mediaType', FILE_MEDIA_TYPE),
      ...(name !== undefined && { name }),
      sha256: inner.required('sha256', DIGEST),
      size: inner.required('size', COUNT),
    };
    inner.end();
    return attachment;
  });
}

const NAME = textLike(ATTACHMENT_NAME, 'a name of 1 to 256 characters');
