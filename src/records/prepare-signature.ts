/** A certificate signature as an entry: the CMS is sealed with the record it signs. */
import type { HexDigest } from '../base/hex-digest.js';
import type { RandomSource } from '../base/random.js';
import { CMS_MEDIA_TYPE, describePayload, formatHeader } from './header.js';
import type { PreparedEntry } from './prepared-entry.js';
import type { SignatureSecrets } from './record-scopes.js';
import { commitAndSeal } from './sealing.js';
import { signatureTemplate } from './statement-template.js';
import { personOpener, tagOf } from './tag.js';

export interface PrepareSignatureOptions {
  /** Leaf hash of the entry whose statement is signed. */
  readonly of: HexDigest;
  /** Leaf hash of the version before it, if it is not the first. */
  readonly prev?: HexDigest;
  /** Detached CMS over that statement, DER. Nothing of it is verified here. */
  readonly cms: Uint8Array;
  /** Subject and retention class of the record that is signed. */
  readonly subject: string;
  readonly retention: string;
  /** Who attached it, which need not be who signed. */
  readonly author: string;
  /** Of the scopes of `scopesOfSignature`, asked with the same month. */
  readonly secrets: SignatureSecrets;
  readonly month: string;
  readonly random: RandomSource;
}

export function prepareSignature(options: PrepareSignatureOptions): PreparedEntry {
  const { of, prev, cms, subject, retention, author, secrets, random } = options;
  const payload = describePayload(CMS_MEDIA_TYPE, cms);
  const header = formatHeader({ author, of, payload, retention, subject });
  const headerPart = commitAndSeal(header, secrets.subjectData, random);
  const payloadPart = commitAndSeal(cms, secrets.subjectData, random);
  const subjectTag = tagOf(personOpener(secrets.subjectTags.secret, 'subject'), subject);
  const template = signatureTemplate({
    kind: 'signature',
    header: headerPart.commitment,
    of,
    payload: payloadPart.commitment,
    ...(prev !== undefined && { prev }),
    tags: {
      author: tagOf(personOpener(secrets.authorTags.secret, 'author'), author),
      subject: subjectTag,
    },
  });
  return {
    kind: 'signature',
    template,
    sealedParts: [headerPart.sealed, payloadPart.sealed],
    subjectTag,
    thing: null,
    isFirst: true,
    retracts: null,
    of,
    follows: prev ?? null,
    recordTag: null,
    rowIds: [secrets.subjectTags.rowId, secrets.subjectData.rowId, secrets.authorTags.rowId],
    month: options.month,
  };
}
