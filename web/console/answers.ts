/** What the node answers, as far as the console shows it. */
import { type Attachment, readAttachments } from './attachments.js';
import {
  anything,
  count,
  flag,
  listOf,
  members,
  optional,
  type Reader,
  text,
} from './json-reading.js';

export interface AsOf {
  readonly size: number;
  readonly rootHash: string;
  readonly instant: string | null;
}

export interface Mark {
  readonly name: string;
  readonly isReached: boolean;
}

/** A record, a signature, or another kind of entry. */
export interface Entry {
  readonly role: 'own';
  readonly id: string;
  readonly index: number;
  readonly kind: string;
  readonly recordedAt: string;
  readonly finality: readonly Mark[];
  readonly type: string | null;
  readonly key: string | null;
  readonly author: string | null;
  readonly of: string | null;
  readonly retracts: string | null;
  readonly validFrom: string | null;
  readonly validTo: string | null;
  readonly schema: string | null;
  readonly retention: string | null;
  readonly attachments: readonly Attachment[];
  readonly payload: unknown;
  /** What it held nobody can open any more. */
  readonly isErased: boolean;
  /** As the node sent it. */
  readonly raw: unknown;
}

/** Where a record of somebody else names the person. */
export interface Mention {
  readonly role: 'party' | 'part';
  readonly id: string;
  readonly index: number;
  readonly recordedAt: string;
  readonly type: string;
  readonly payload: unknown;
  readonly isErased: boolean;
  readonly raw: unknown;
}

export interface LedgerAnswer {
  readonly name: string;
  readonly origin: string;
  readonly size: number;
  readonly rootHash: string;
  readonly anchored: number;
  /** Oldest first. */
  readonly logs: readonly { readonly origin: string; readonly size: number }[];
  readonly timeZone: string | null;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly cursor: string | null;
}

export interface TimelineAnswer extends Page<Entry | Mention> {
  readonly asOf: AsOf;
}

export interface StateAnswer extends Page<Entry> {
  readonly mentions: readonly Mention[];
  /** How many there are, of which a page may not have all. */
  readonly mentioned: number;
  readonly things: number;
  readonly entries: number;
  readonly asOf: AsOf;
  readonly validAt: string | null;
}

export interface HistoryAnswer extends Page<Entry> {
  readonly asOf: AsOf;
}

/** A signature under an entry: in its newest version, as the node judges it. */
export interface SignatureItem {
  /** From 0. */
  readonly number: number;
  /** 1 over the entry itself, 2 over such a signature. */
  readonly depth: number;
  readonly recordedAt: string;
  /** Who attached it. */
  readonly author: string;
  /** Null where it is not known. */
  readonly signer: string | null;
  readonly indication: string;
  readonly subIndication: string | null;
  /** That is proven: B-B, B-T, B-LT or B-LTA; null if none is. */
  readonly level: string | null;
  /** That it is made like. */
  readonly structure: string | null;
  /** What holds up its next level; null if nothing does. */
  readonly waiting: WaitingSignature | null;
}

export interface WaitingSignature {
  readonly step: string;
  readonly since: string;
  /** When it is tried again; null of one that is set aside. */
  readonly until: string | null;
  readonly reason: string;
}

/** What the node says to prove that an answer is all. The page verifies none of it. */
export interface Completeness {
  readonly size: number;
  /** Entries that carry the person's tag, below that size. */
  readonly items: readonly { readonly index: number; readonly id: string }[];
  /** Of the person's list; null where the map has no such person. */
  readonly listRoot: string | null;
  readonly checkpoint: string;
}

export interface FieldChange {
  readonly change: string;
  readonly pointer: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface ThingChange {
  readonly change: string;
  readonly type: string;
  readonly key: string | null;
  readonly before: Entry | null;
  readonly after: Entry | null;
  readonly fields: readonly FieldChange[];
}

export interface DiffSide {
  readonly asOf: AsOf;
  readonly validAt: string | null;
}

export interface DiffAnswer {
  readonly from: DiffSide;
  readonly to: DiffSide;
  readonly items: readonly ThingChange[];
  readonly unchanged: number;
}

export interface AnchorsAnswer {
  readonly chain: string;
  readonly isDevelopment: boolean;
}

export interface Inspection {
  readonly id: string;
  readonly ledger: string;
  readonly caseId: string;
  readonly authority: string;
  readonly legalBasis: string;
  readonly scope: unknown;
  readonly expiresAt: string | null;
  readonly state: string;
}

export const readAsOf: Reader<AsOf> = (value) => {
  const { size, rootHash, instant } = members(value);
  return { size: count(size), rootHash: text(rootHash), instant: optional(text)(instant) };
};

export const readEntry: Reader<Entry> = (value) => {
  const entry = members(value);
  const textOf = (name: string): string | null => optional(text)(entry[name]);
  return {
    role: 'own',
    id: text(entry['id']),
    index: count(entry['index']),
    kind: text(entry['kind']),
    recordedAt: text(entry['recordedAt']),
    finality: Object.entries(members(entry['finality'])).map(([name, isReached]) => ({
      name,
      isReached: flag(isReached),
    })),
    type: textOf('type'),
    key: textOf('key'),
    author: textOf('author'),
    of: textOf('of'),
    retracts: textOf('retracts'),
    validFrom: textOf('validFrom'),
    validTo: textOf('validTo'),
    schema: textOf('schema'),
    retention: textOf('retention'),
    attachments: readAttachments(value),
    payload: entry['payload'],
    isErased: flag(entry['erased'] ?? false),
    raw: value,
  };
};

export const readMention: Reader<Mention> = (value) => {
  const { id, index, recordedAt, type, role, payload, erased } = members(value);
  return {
    role: role === 'part' ? 'part' : 'party',
    id: text(id),
    index: count(index),
    recordedAt: text(recordedAt),
    type: text(type),
    payload,
    isErased: flag(erased ?? false),
    raw: value,
  };
};

const readItem: Reader<Entry | Mention> = (value) =>
  Object.hasOwn(members(value), 'role') ? readMention(value) : readEntry(value);

function pageOf<T>(value: unknown, item: Reader<T>): Page<T> {
  const { items, cursor } = members(value);
  return { items: listOf(item)(items), cursor: optional(text)(cursor) };
}

export const readLedger: Reader<LedgerAnswer> = (value) => {
  const { name, origin, size, rootHash, finality, logs, timeZone } = members(value);
  return {
    name: text(name),
    origin: text(origin),
    size: count(size),
    rootHash: text(rootHash),
    anchored: count(members(finality)['anchored']),
    logs: listOf((log) => {
      const one = members(log);
      return { origin: text(one['origin']), size: count(one['size']) };
    })(logs),
    timeZone: optional(text)(timeZone),
  };
};

export const readLedgers: Reader<Page<LedgerAnswer>> = (value) => pageOf(value, readLedger);

export const readTimeline: Reader<TimelineAnswer> = (value) => ({
  ...pageOf(value, readItem),
  asOf: readAsOf(members(value)['asOf']),
});

export const readHistory: Reader<HistoryAnswer> = (value) => ({
  ...pageOf(value, readEntry),
  asOf: readAsOf(members(value)['asOf']),
});

export const readState: Reader<StateAnswer> = (value) => {
  const { mentions, counts, asOf, validAt } = members(value);
  const { things, mentions: mentioned, entries } = members(counts);
  return {
    ...pageOf(value, readEntry),
    mentions: listOf(readMention)(mentions),
    mentioned: count(mentioned),
    things: count(things),
    entries: count(entries),
    asOf: readAsOf(asOf),
    validAt: optional(text)(validAt),
  };
};

export const readSignatures: Reader<Page<SignatureItem>> = (value) =>
  pageOf(value, (item) => {
    const one = members(item);
    const report = members(one['report']);
    return {
      number: count(one['number']),
      depth: count(one['depth']),
      recordedAt: text(one['recordedAt']),
      author: text(one['author']),
      signer: optional((signer) => text(members(signer)['name']))(report['signer']),
      indication: text(report['indication']),
      subIndication: optional(text)(report['subIndication']),
      level: optional(text)(report['level']),
      structure: optional(text)(report['structure']),
      waiting: optional(readWaiting)(one['waiting']),
    };
  });

const readWaiting: Reader<WaitingSignature> = (value) => {
  const { step, since, until, reason } = members(value);
  return {
    step: text(step),
    since: text(since),
    until: optional(text)(until),
    reason: text(reason),
  };
};

/** Of an answer that was asked for with its proof. */
export const readCompleteness: Reader<Completeness> = (value) => {
  const { asOf, completeness } = members(value);
  const { items, list, checkpoint } = members(completeness);
  const root = list === undefined ? null : members(list)['root'];
  return {
    size: readAsOf(asOf).size,
    items: listOf((item) => {
      const { index, leafHash } = members(item);
      return { index: count(index), id: text(leafHash) };
    })(items),
    listRoot: optional(text)(root),
    checkpoint: text(checkpoint),
  };
};

export const readDiff: Reader<DiffAnswer> = (value) => {
  const { from, to, items, unchanged } = members(value);
  return {
    from: readSide(from),
    to: readSide(to),
    items: listOf(readChange)(items),
    unchanged: count(unchanged),
  };
};

const readSide: Reader<DiffSide> = (value) => {
  const { asOf, validAt } = members(value);
  return { asOf: readAsOf(asOf), validAt: optional(text)(validAt) };
};

const readChange: Reader<ThingChange> = (value) => {
  const { change, type, key, before, after, fields } = members(value);
  return {
    change: text(change),
    type: text(type),
    key: optional(text)(key),
    before: optional(readEntry)(before),
    after: optional(readEntry)(after),
    fields: listOf((field) => {
      const one = members(field);
      return {
        change: text(one['change']),
        pointer: text(one['pointer']),
        before: anything(one['before']),
        after: anything(one['after']),
      };
    })(fields),
  };
};

export const readAnchors: Reader<AnchorsAnswer> = (value) => {
  const { chain, development } = members(value);
  return { chain: text(chain), isDevelopment: flag(development) };
};

export const readInspections: Reader<Page<Inspection>> = (value) =>
  pageOf(value, (item) => {
    const one = members(item);
    return {
      id: text(one['id']),
      ledger: text(one['ledger']),
      caseId: text(one['caseId']),
      authority: text(one['authority']),
      legalBasis: text(one['legalBasis']),
      scope: one['scope'],
      expiresAt: optional(text)(one['expiresAt']),
      state: text(one['state']),
    };
  });

/** Somebody who was found, and others who have or had a number of theirs. */
export interface FoundSubject {
  readonly subject: string;
  readonly doubles: readonly string[];
}

export const readFoundSubjects: Reader<Page<FoundSubject>> = (value) =>
  pageOf(value, (item) => {
    const { subject, possibleDouble } = members(item);
    return { subject: text(subject), doubles: optional(listOf(text))(possibleDouble) ?? [] };
  });
