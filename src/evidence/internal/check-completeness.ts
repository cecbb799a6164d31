/**
 * The checks `completeness:1…` of a collection: that an answer has every entry that carries the tag, and
 * that the tag is the subject's. The maps are the log's own word; where its statements are at hand, the
 * rules hold them against it.
 */
import type { TreeSize } from '../../base/brand.js';
import { sha256Digest } from '../../base/bytes.js';
import { digestToHex, type HexDigest } from '../../base/hex-digest.js';
import { digestFromHex } from '../../base/hex-digest.js';
import { personTagsOf } from '../../records/person-tags.js';
import { verifyTag } from '../../records/tag.js';
import { personProofFault, type PersonProofFault } from '../../tlog/person-proof.js';
import { isOpened, isRecord } from './answer.js';
import { headerOf } from './check-header.js';
import { brokenRule, failed, finding, type Outcome, passed, type Rules } from './outcome.js';
import type { ReadCollection, ReadQuestion } from './read-collection.js';

export interface CompletenessSubject extends ReadQuestion {
  readonly collection: ReadCollection;
  /** What the proof fails by. */
  readonly fault: PersonProofFault | null;
}

export const COMPLETENESS_RULES: Rules<CompletenessSubject> = {
  'the ledger is that of the log': ({ collection, question }) =>
    collection.log.origin.split('/')[2] === question.ledger
      ? null
      : finding('completeness.ledger', { ledger: question.ledger }),

  'the tag is the subject’s': ({ completeness, question }) =>
    verifyTag(question.subject, completeness.opener, completeness.tag)
      ? null
      : finding('completeness.opener'),

  'the map is of what came before it': ({ map }) =>
    map.content.size <= map.content.index
      ? null
      : finding('completeness.map-size', { index: map.content.index, size: map.content.size }),

  'the map covers the size asked for': ({ fault, map, question }) =>
    fault === 'beyond-map'
      ? finding('completeness.beyond-map', { asOf: question.asOf, size: map.content.size })
      : null,

  'the map says so of the tag': ({ fault }) =>
    fault === 'map' ? finding('completeness.map') : null,

  'the entries begin the list': ({ fault }) =>
    fault === 'items' ? finding('completeness.items') : null,

  'the list was cut at the size asked for': ({ fault, question }) =>
    fault === 'cut' ? finding('completeness.cut', { asOf: question.asOf }) : null,

  'each entry carries the tag': ({ completeness, shown }) => {
    const stray = shown.find(({ content }) => !personTagsOf(content).includes(completeness.tag));
    return stray === undefined
      ? null
      : finding('completeness.stray', { entry: stray.content.index });
  },

  // A map that leaves out an entry is false, whoever signed it; here the file itself shows it.
  'no other entry of the file carries it': ({ collection, completeness, question, shown }) => {
    const answer = new Set<object>(shown);
    const left = (collection.byTag.get(completeness.tag) ?? []).find(
      (entry) => entry.content.index < question.asOf && !answer.has(entry),
    );
    return left === undefined
      ? null
      : finding('completeness.left-out', { entry: left.content.index });
  },

  'the headers name the subject': ({ completeness, question, shown }) => {
    const other = shown.find((entry) => {
      const header = headerOf(entry);
      const isOwn = entry.content.tags.subject === completeness.tag;
      return isOwn && header !== null && header.subject !== question.subject;
    });
    return other === undefined
      ? null
      : finding('completeness.names', { entry: other.content.index });
  },

  // Each version names the one before it: a list without one of them has a gap.
  'each version follows the one before it': ({ completeness, shown }) => {
    const latest = new Map<HexDigest, HexDigest>();
    for (const entry of shown) {
      if (!isRecord(entry) || entry.content.tags.subject !== completeness.tag) continue;
      const { index, prev, tags } = entry.content;
      if (prev !== latest.get(tags.key)) return finding('completeness.versions', { entry: index });
      latest.set(tags.key, digestToHex(entry.leafHash));
    }
    return null;
  },
};

export function checkCompleteness(
  collection: ReadCollection,
  rules: Rules<CompletenessSubject>,
): Outcome[] {
  return collection.questions.map((question) => {
    const subject = { ...question, collection, fault: faultOf(question) };
    const broken = brokenRule(rules, subject);
    return broken === null ? conclude(subject) : failed(broken);
  });
}

function faultOf({ completeness, map, question, shown }: ReadQuestion): PersonProofFault | null {
  const { root, size } = map.content;
  return personProofFault({
    head: { root: sha256Digest(digestFromHex(root)), size: size as TreeSize },
    tag: completeness.tag,
    asOf: question.asOf,
    items: shown.map(({ content, leafHash }) => ({ index: content.index, leafHash })),
    proof: completeness.proof,
  });
}

/** An opener can be made up for any name: only the log's own word makes a tag somebody's. */
function conclude({ completeness, map, question, shown }: CompletenessSubject): Outcome {
  const facts = {
    subject: question.subject,
    asOf: question.asOf,
    map: map.content.index,
    mapSize: map.content.size,
    count: shown.length,
    notOpened: shown.filter((entry) => !isOpened(entry)).length,
  };
  if (shown.length === 0) return passed('self', 'completeness.pass-empty', facts);
  const isNamed = shown.some(
    (entry) => isOpened(entry) && entry.content.tags.subject === completeness.tag,
  );
  return isNamed
    ? passed('math', 'completeness.pass', facts)
    : passed('self', 'completeness.pass-unnamed', facts);
}
