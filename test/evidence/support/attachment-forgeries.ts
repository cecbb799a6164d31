/** Collections whose records attach what the files among their entries are not: one for each rule. */
import type { JsonObject } from '../../../src/base/canonical-json.js';
import { digestToHex, type HexDigest, hexDigest } from '../../../src/base/hex-digest.js';
import type { AttachmentDescription } from '../../../src/records/attachment.js';
import { FILE_TYPE } from '../../../src/records/file-content.js';
import { leafHash } from '../../../src/tlog/merkle-hash.js';
import { fileRecord, sha256Of } from '../../support/file-entries.js';
import {
  type BuiltCollection,
  buildCollection,
  type CollectionPlan,
  type QuestionOrder,
} from '../collection-builder.js';

export const CONTENT = 'both sides of a passport';
/** Anna's, and the record of hers that attaches it; another of hers behind that, and one of somebody else's. */
const FILE = 7;
const RECORD = 9;
const LATER = 13;
const OTHERS = 8;
const ANNA: QuestionOrder = { name: 'anna', asOf: 14, map: 15 };

export const ATTACHED: Omit<AttachmentDescription, 'entry'> = {
  ...{ mediaType: 'application/pdf', name: 'passport.pdf' },
  ...{ sha256: hexDigest(sha256Of(CONTENT)), size: CONTENT.length },
};

/** In which anna's record attaches her file, unless it is bent. */
export function attachingCollection(bends: Partial<CollectionPlan> = {}): Promise<BuiltCollection> {
  return buildCollection({
    questions: [ANNA],
    content: (index) => ([FILE, LATER, OTHERS].includes(index) ? file() : null),
    attachments: (index, leaf) => (index === RECORD ? [{ ...ATTACHED, entry: leaf(FILE) }] : []),
    ...bends,
  });
}

export interface AttachmentForgery {
  readonly rule: string;
  readonly name: string;
  readonly built: BuiltCollection;
}

export async function attachmentForgeries(): Promise<AttachmentForgery[]> {
  const forge = (
    entry: (leaf: (index: number) => HexDigest) => HexDigest,
    more: Partial<AttachmentDescription> = {},
  ): Promise<BuiltCollection> =>
    attachingCollection({
      attachments: (index, leaf) =>
        index === RECORD ? [{ ...ATTACHED, entry: entry(leaf), ...more }] : [],
    });
  // What comes behind is the same whatever the record attaches: so it can be named before it is there.
  const { statements } = await attachingCollection();
  const later = digestToHex(leafHash(statements[LATER] ?? new Uint8Array()));
  return [
    {
      rule: 'it is a file',
      name: 'a record that is no file',
      built: await forge((leaf) => leaf(3)),
    },
    {
      rule: 'it holds what the record says',
      name: 'another SHA-256 than the file has',
      built: await forge((leaf) => leaf(FILE), { sha256: hexDigest(sha256Of('another')) }),
    },
    {
      rule: 'it is of the subject of the record',
      name: 'a file of somebody else',
      built: await forge((leaf) => leaf(OTHERS)),
    },
    {
      rule: 'it was there before the record',
      name: 'a file from after the record',
      built: await forge(() => later),
    },
  ];
}

function file() {
  return { type: FILE_TYPE, payload: fileRecord('anna', CONTENT)['payload'] as JsonObject };
}
