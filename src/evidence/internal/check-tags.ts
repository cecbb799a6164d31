/**
 * That the tags of the statement stand for what the header names. A tag whose opener is not shown stays
 * a pseudonym; the header's word for it is still the log's own, since the statement commits to it.
 */
import { digestFromHex, type HexDigest } from '../../base/hex-digest.js';
import { tagOf, thingValue } from '../../records/tag.js';
import { headerOf } from './check-header.js';
import {
  brokenRule,
  failed,
  type Finding,
  finding,
  notDone,
  notPresent,
  type Outcome,
  passed,
  type Rules,
} from './outcome.js';
import type { ReadEntry } from './read-statement.js';

export const TAG_RULES: Rules<ReadEntry> = {
  'the subject’s': (entry) => {
    const [tags, header, openers] = [tagsOf(entry), headerOf(entry), entry.file.openers];
    if (openers?.subject === undefined || header === null) return null;
    return compare('subject', openers.subject, header.subject, tags?.subject);
  },

  'the author’s': (entry) => {
    const [tags, header, openers] = [tagsOf(entry), headerOf(entry), entry.file.openers];
    if (openers?.author === undefined || header === null) return null;
    return compare('author', openers.author, header.author, tags?.author);
  },

  'the thing’s': (entry) => {
    const [tags, header, openers] = [tagsOf(entry), headerOf(entry), entry.file.openers];
    if (openers?.key === undefined || header === null) return null;
    if (!('type' in header)) return finding('tags.none', { tag: 'key' });
    return compare('key', openers.key, thingValue(header.type, header.key), thingTag(tags));
  },

  'that of a thing without a key': (entry) => {
    const [tags, header] = [tagsOf(entry), headerOf(entry)];
    if (header === null || !('type' in header) || header.keyOpener === undefined) return null;
    const opener = digestFromHex(header.keyOpener);
    return compare('key', opener, thingValue(header.type), thingTag(tags));
  },
};

export function checkTags(entry: ReadEntry, rules: Rules<ReadEntry> = TAG_RULES): Outcome {
  const opened = openedTags(entry);
  if (opened.length === 0) return notPresent('tags.not-present');
  if (headerOf(entry) === null) return notDone();
  const broken = brokenRule(rules, entry);
  if (broken !== null) return failed(broken);
  return passed('math', 'tags.pass', { tags: opened.join(', ') });
}

/** The tags that are shown to stand for something. */
export function openedTags(entry: ReadEntry): readonly string[] {
  const header = headerOf(entry);
  const opened = new Set(Object.keys(entry.file.openers ?? {}));
  if (header !== null && 'keyOpener' in header) opened.add('key');
  return [...opened].sort();
}

type Tags = Partial<Record<'author' | 'key' | 'subject', HexDigest>>;

function tagsOf({ content }: ReadEntry): Tags | null {
  return content.kind === 'record' || content.kind === 'signature' ? content.tags : null;
}

function thingTag(tags: Tags | null): HexDigest | undefined {
  return tags?.key;
}

function compare(
  tag: string,
  opener: Uint8Array,
  value: string,
  expected: HexDigest | undefined,
): Finding | null {
  if (expected === undefined) return finding('tags.none', { tag });
  return tagOf(opener, value) === expected ? null : finding('tags.differ', { tag });
}
