/**
 * Complete, real collections made from pure parts, as `evidence-builder` makes evidence: a log of twenty
 * entries about anna, bruno and clara with four maps, a handover, signatures and an anchor. Every step can
 * be bent, and what comes after is then made and signed accordingly.
 */
import type { LeafIndex, TreeSize, UnixMillis } from '../../src/base/brand.js';
import { toBase64 } from '../../src/base/bytes.js';
import { canonicalJsonBytes, type JsonObject } from '../../src/base/canonical-json.js';
import { digestToHex, type HexDigest } from '../../src/base/hex-digest.js';
import type { AnsweredQuestion, CollectionFile } from '../../src/evidence/collection-file.js';
import { developmentPartsOfCollection } from '../../src/evidence/development-parts.js';
import type {
  AuthorHistory,
  EvidenceEntry,
  ProvedStatement,
} from '../../src/evidence/evidence-file.js';
import { formatCollection } from '../../src/evidence/format-collection.js';
import { parseTrust, type Trust } from '../../src/evidence/trust.js';
import type { AttachmentDescription } from '../../src/records/attachment.js';
import type { RecordHeader } from '../../src/records/header.js';
import { parseStatement } from '../../src/records/parse-statement.js';
import { personTagsOf } from '../../src/records/person-tags.js';
import {
  type BatchStatement,
  formatStatement,
  type RecordStatement,
  type SignatureStatement,
} from '../../src/records/statement.js';
import { type PersonRole, personOpener, tagOf } from '../../src/records/tag.js';
import { formatLogSeal } from '../../src/signing/log-seal.js';
import { handoverMessage } from '../../src/tlog/handover.js';
import { leafHash } from '../../src/tlog/merkle-hash.js';
import { EMPTY_LIST, extendList, type ListItem } from '../../src/tlog/person-list.js';
import { personEntry } from '../../src/tlog/person-map.js';
import { provePerson } from '../../src/tlog/person-proof.js';
import { type SparseMap, sparseMap } from '../../src/tlog/sparse-map.js';
import { buildAnchors, buildCheckpoint, buildStamp, trustBytes } from './evidence-builder.js';
import { DAY_BEFORE, minutes, type Plan, plan, SIZE } from './support/plan.js';
import {
  authorAfter,
  authorKey,
  type SyntheticAuthor,
  syntheticAuthor,
} from './support/synthetic-authors.js';
import {
  fillerStatement,
  type OpenEntry,
  recordEntry,
  signatureEntry,
} from './support/synthetic-entries.js';
import {
  type Authority,
  derived,
  type LogKeys,
  logKeys,
  type NamedKey,
  newAuthority,
} from './support/synthetic-keys.js';
import { at, treeOver } from './support/synthetic-tree.js';

/** Where the maps stand; each covers all that comes before it. */
export const MAPS = [6, 12, 15, 18] as const;
const HANDOVER = 5;
/** Where they stand if there are any; otherwise records that are there so that the tree has more. */
export const BATCH = 17;
export const BATCH_SIGNATURE = 19;

const ADA = syntheticAuthor('Ada');

/** Two claims, one by the key that the other one's took the place of. */
function authorOf(index: number): SyntheticAuthor | null {
  if (index === 3) return authorAfter(ADA, 2, authorKey('Ada phone'));
  return index === 9 ? ADA : null;
}

export interface QuestionOrder {
  readonly name: string;
  readonly role?: PersonRole;
  readonly asOf: number;
  /** The index of the map that it is answered by. */
  readonly map: number;
  readonly validAt?: UnixMillis;
  readonly types?: readonly string[];
}

export type Lists = Map<HexDigest, ListItem[]>;

export interface CollectionPlan {
  readonly authority: Authority;
  readonly questions: readonly QuestionOrder[];
  /** Entries of which only the statement is shown. */
  readonly closed: readonly number[];
  readonly recordedAt: (index: number) => UnixMillis;
  readonly header: (header: RecordHeader, index: number) => RecordHeader;
  readonly record: (statement: RecordStatement, index: number) => RecordStatement;
  /** What a record is and holds, where it is something else than usual. */
  readonly content: (
    index: number,
  ) => { readonly type: string; readonly payload: JsonObject } | null;
  /** @param leaf of an earlier entry. */
  readonly attachments: (
    index: number,
    leaf: (index: number) => HexDigest,
  ) => readonly AttachmentDescription[];
  /** What a signature says it is over. */
  readonly signedLeaf: (of: HexDigest, index: number) => HexDigest;
  /** @param leaf of an earlier entry. */
  readonly signature: (
    statement: SignatureStatement,
    leaf: (index: number) => HexDigest,
  ) => SignatureStatement;
  /** What a certificate signs in place of the statement. */
  readonly signed: (statement: Uint8Array) => Uint8Array;
  readonly handoverBy: (keys: LogKeys) => readonly NamedKey[];
  /** What a map is made of in place of the lists. */
  readonly lists: (lists: Lists, index: number) => void;
  /** How many entries a map covers: as many as come before it. */
  readonly mapSize: (index: number) => number;
  /** What the file shows of the author who signed claims. */
  readonly histories: (histories: readonly AuthorHistory[]) => readonly AuthorHistory[];
  /** Who wrote this, and signed it; null of somebody with an API key. */
  readonly authorOf: (index: number) => SyntheticAuthor | null;
  readonly inspection: JsonObject | undefined;
  /** Whether there is a batch, signed, behind all entries but the last, and the file shows it. */
  readonly hasBatch: boolean;
  /** An epoch, and the size of the epoch log that is stamped; null for a file without a time-stamp. */
  readonly stamp: Plan['stamp'];
  /** What is stamped in place of the note. */
  readonly stampedNote: Plan['stamped'];
  readonly batch: (statement: BatchStatement) => BatchStatement;
  /** What a certificate signs in place of the batch. */
  readonly batchSigned: (statement: Uint8Array) => Uint8Array;
}

export interface BuiltCollection {
  readonly file: CollectionFile;
  readonly bytes: Uint8Array;
  readonly trust: Trust;
  readonly trustJson: JsonObject;
  readonly statements: readonly Uint8Array[];
  /** An entry of the log as a file may show it. */
  readonly entry: (index: number) => EvidenceEntry;
}

/** As the file of an inspection has them: of two dates, of a type, of somebody absent, of a party. */
const QUESTIONS: readonly QuestionOrder[] = [
  { name: 'anna', asOf: 12, map: 12 },
  { name: 'anna', asOf: 8, map: 18, validAt: minutes(35) },
  { name: 'anna', asOf: 16, map: 18, validAt: minutes(200), types: ['tradle.Residence'] },
  { name: 'bruno', asOf: 3, map: 15 },
  { name: 'anna', asOf: 1, map: 12 },
  { name: 'clara', role: 'party', asOf: 12, map: 12 },
  { name: 'nobody', asOf: 12, map: 12 },
];

const same = <T>(value: T): T => value;

export async function buildCollection(
  bends: Partial<CollectionPlan> = {},
): Promise<BuiltCollection> {
  const authority = bends.authority ?? newAuthority('bank', DAY_BEFORE);
  const planned: CollectionPlan = {
    authority,
    questions: QUESTIONS,
    closed: [8, 11],
    recordedAt: (index) => minutes(10 * index),
    header: same,
    record: same,
    content: () => null,
    attachments: () => [],
    signedLeaf: same,
    signature: same,
    signed: same,
    handoverBy: ({ first, second }) => [first, second],
    lists: () => undefined,
    mapSize: same,
    histories: same,
    authorOf,
    inspection: { case: 'KYC 17', legalBasis: 'by order of the supervisor' },
    hasBatch: false,
    stamp: null,
    stampedNote: same,
    batch: same,
    batchSigned: same,
    ...bends,
  };
  const made = plan({
    authority,
    after: { epoch: 4, anchor: 1 },
    stamp: planned.stamp,
    stamped: planned.stampedNote,
    stampedAt: minutes(200),
  });
  const keys = logKeys(made.seed, made.namesOf, made.ledger);
  const { opened, statements, maps } = await buildStatements(planned);
  const tree = treeOver(statements);
  const prove = (index: number): ProvedStatement => ({
    inclusion: tree.inclusion(index, SIZE),
    statement: at(statements, index),
  });
  const entry = (index: number): EvidenceEntry => ({
    ...(planned.closed.includes(index) ? {} : opened.get(index)),
    ...prove(index),
  });
  const answers = planned.questions.map((order) => answer(order, maps, prove));
  const indexes = [...new Set(answers.flatMap(({ items }) => items))].sort((a, b) => a - b);
  const document = formatLogSeal({ origin: keys.origin, verifierKey: keys.second.key });
  const { anchors, pins, stampParts } = buildAnchors(made, keys, tree);
  const timeStamp = stampParts === null ? null : await buildStamp(made, stampParts);
  const shown = {
    anchors: { after: anchors.after },
    entries: indexes.map(entry),
    log: {
      checkpoint: buildCheckpoint(made, keys, tree, keys.second, SIZE),
      first: prove(0),
      handovers: [prove(HANDOVER)],
      recoverySignature: keys.recovery.sign(document),
      seal: await authority.signer.seal(document, made.sealedAt),
    },
    questions: answers.map(({ items, question, completeness }) => ({
      completeness,
      entries: items.map((index) => indexes.indexOf(index)),
      question,
    })),
    ...(planned.hasBatch && { batch: prove(BATCH), signatures: [entry(BATCH_SIGNATURE)] }),
    ...(timeStamp !== null && { timeStamp }),
  };
  const { inspection } = planned;
  const authors = indexes.flatMap((index) =>
    planned.closed.includes(index) ? [] : (planned.authorOf(index) ?? []),
  );
  const longest = authors.at(-1);
  const histories = planned.histories(longest === undefined ? [] : [longest.history]);
  const file = {
    ...shown,
    development: developmentPartsOfCollection(shown),
    ...(histories.length > 0 && { histories }),
    ...(inspection !== undefined && { inspection }),
  };
  const trustJson = {
    $v: 1,
    name: 'What the friends of bank trust',
    certificates: [toBase64(authority.caCertificate)],
    recoveryKeys: [keys.recovery.text],
    identities: [ADA.id],
    chains: [{ chain: made.chain, blocks: pins.map((pin) => ({ ...pin })) }],
  };
  const trust = parseTrust(trustBytes(trustJson));
  return { file, bytes: formatCollection(file), trust, trustJson, statements, entry };
}

type Answered = Pick<AnsweredQuestion, 'question' | 'completeness'> & {
  readonly items: readonly number[];
};

function answer(
  { name, role = 'subject', asOf, map, validAt, types }: QuestionOrder,
  maps: ReadonlyMap<number, BuiltMap>,
  prove: (index: number) => ProvedStatement,
): Answered {
  const built = maps.get(map);
  if (built === undefined) throw new Error(`there is no map in entry ${map}`);
  const opener = openerOf(name, role);
  const tag = tagOf(opener, name);
  const list = built.lists.get(tag) ?? [];
  return {
    items: list.map(({ index }) => index as number).filter((index) => index < asOf),
    completeness: {
      map: prove(map),
      opener,
      proof: provePerson(built.map, tag, list, asOf as TreeSize),
      tag,
    },
    question: {
      asOf: asOf as TreeSize,
      ledger: 'kyc',
      subject: name,
      ...(types !== undefined && { types }),
      ...(validAt !== undefined && { validAt }),
    },
  };
}

interface BuiltMap {
  readonly lists: Lists;
  readonly map: SparseMap;
}

interface BuiltStatements {
  readonly statements: readonly Uint8Array[];
  /** What can be opened, by index. */
  readonly opened: ReadonlyMap<number, OpenEntry>;
  readonly maps: ReadonlyMap<number, BuiltMap>;
}

const SEED = 'bank kyc';

export function openerOf(name: string, role: PersonRole = 'subject'): Uint8Array {
  return personOpener(derived(`${SEED} tags ${name}`), role);
}

export function tagFor(name: string, role: PersonRole = 'subject'): HexDigest {
  return tagOf(openerOf(name, role), name);
}

async function buildStatements(planned: CollectionPlan): Promise<BuiltStatements> {
  const statements: Uint8Array[] = [];
  const opened = new Map<number, OpenEntry>();
  const maps = new Map<number, BuiltMap>();
  const leaf = (index: number): HexDigest => digestToHex(leafHash(at(statements, index)));
  const place = () => ({
    index: statements.length as LeafIndex,
    recordedAt: planned.recordedAt(statements.length),
  });
  const push = (entry: OpenEntry): void => {
    opened.set(statements.length, entry);
    statements.push(entry.statement);
  };
  const record = (subject: string, draft: RecordDraft): void => {
    push(recordOf(planned, place(), subject, draft, leaf));
  };
  const sign = async (target: number): Promise<void> => {
    const { index, recordedAt } = place();
    const content = planned.signed(at(statements, target));
    const cms = await planned.authority.signer.seal(content, recordedAt);
    const of = planned.signedLeaf(leaf(target), index);
    const order = { seed: SEED, index, recordedAt, subject: 'anna', of, cms };
    push(
      signatureEntry(order, {
        signatureHeader: same,
        signature: (statement) => planned.signature(statement, leaf),
      }),
    );
  };
  // Nothing depends on what a map is: it is put in its place when all others are there.
  const reserve = (): void => {
    statements.push(new Uint8Array());
  };

  statements.push(firstStatement(planned));
  record('anna', { key: 'residence' });
  record('bruno', { key: 'residence' });
  record('anna', { key: 'residence', prev: 1, header: { validFrom: minutes(5) } });
  await sign(3);
  statements.push(handoverStatement(planned, statements));
  reserve();
  record('anna', { type: 'tradle.Note' });
  record('bruno', { type: 'tradle.Household', part: 'anna' });
  record('anna', { key: 'residence', prev: 3 });
  record('anna', { type: 'tradle.Withdrawal', retracts: 9 });
  record('bruno', { type: 'tradle.Guarantee', party: 'clara' });
  reserve();
  record('anna', { type: 'tradle.Income', key: 'salary' });
  await sign(13);
  reserve();
  record('anna', { key: 'residence', prev: 9 });
  statements.push(fillerStatement(SEED, BATCH, planned.recordedAt(BATCH)));
  reserve();
  statements.push(fillerStatement(SEED, BATCH_SIGNATURE, planned.recordedAt(BATCH_SIGNATURE)));
  for (const index of MAPS) {
    if (planned.hasBatch && index > BATCH)
      statements[BATCH] = batchStatement(planned, statements.slice(0, BATCH));
    const size = planned.mapSize(index);
    const lists = listsOf(statements.slice(0, size));
    planned.lists(lists, index);
    const entries = [...lists].map(([tag, items]) =>
      personEntry(tag, extendList(EMPTY_LIST, items)),
    );
    const map = sparseMap(entries);
    maps.set(index, { lists, map });
    statements[index] = formatStatement({
      kind: 'map',
      index: index as LeafIndex,
      recordedAt: planned.recordedAt(index),
      persons: lists.size,
      root: digestToHex(map.hash),
      size,
    });
  }
  if (planned.hasBatch) {
    const signature = await batchSignature(planned, at(statements, BATCH));
    opened.set(BATCH_SIGNATURE, signature);
    statements[BATCH_SIGNATURE] = signature.statement;
  }
  return { statements, opened, maps };
}

interface RecordDraft {
  readonly type?: string;
  readonly key?: string;
  /** Index of the version before. */
  readonly prev?: number;
  readonly retracts?: number;
  /** Somebody else whom a part is about. */
  readonly part?: string;
  readonly party?: string;
  readonly header?: Partial<RecordHeader>;
}

function recordOf(
  planned: CollectionPlan,
  { index, recordedAt }: { index: LeafIndex; recordedAt: UnixMillis },
  subject: string,
  { key, prev, retracts, part, party, header: said, ...draft }: RecordDraft,
  leaf: (index: number) => HexDigest,
): OpenEntry {
  const usual = { type: draft.type ?? 'tradle.Residence', payload: { number: index, of: subject } };
  const { type, payload: content } = planned.content(index) ?? usual;
  const payload = canonicalJsonBytes(content);
  const attachments = planned.attachments(index, leaf);
  const digest = digestToHex(derived(`${SEED} part ${index}`));
  const author = planned.authorOf(index);
  const order = {
    ...{ seed: SEED, index, recordedAt, type, subject, payload },
    ...(author !== null && { author }),
  };
  return recordEntry(
    { ...order, ...(key !== undefined && { key }) },
    {
      header: (header) =>
        planned.header(
          {
            ...header,
            ...(retracts !== undefined && { retracts: leaf(retracts) }),
            ...(attachments.length > 0 && { attachments }),
            ...(part !== undefined && { parts: [{ class: 'default', sha256: digest, size: 7 }] }),
            ...said,
          },
          index,
        ),
      headerBytes: same,
      record: (statement) =>
        planned.record(
          {
            ...statement,
            ...(prev !== undefined && { prev: leaf(prev) }),
            ...(part !== undefined && { parts: [{ payload: digest, subject: tagFor(part) }] }),
            ...(party !== undefined && {
              tags: { ...statement.tags, parties: [tagFor(party, 'party')] },
            }),
          },
          index,
        ),
      openers: same,
    },
  );
}

/** Of the statements themselves, all at once. */
function listsOf(statements: readonly Uint8Array[]): Lists {
  const lists: Lists = new Map();
  for (const [index, statement] of statements.entries()) {
    if (MAPS.some((map) => map === index)) continue;
    for (const tag of personTagsOf(parseStatement(statement)))
      lists.set(tag, [
        ...(lists.get(tag) ?? []),
        { index: index as LeafIndex, leafHash: leafHash(statement) },
      ]);
  }
  return lists;
}

function firstStatement({ recordedAt }: CollectionPlan): Uint8Array {
  const keys = logKeys('bank', 'bank', 'kyc');
  return formatStatement({
    kind: 'ledger',
    index: 0 as LeafIndex,
    recordedAt: recordedAt(0),
    origin: keys.origin,
    recoveryKey: keys.recovery.text,
    verifierKey: keys.first.text,
  });
}

function batchStatement(planned: CollectionPlan, before: readonly Uint8Array[]): Uint8Array {
  const statement = planned.batch({
    kind: 'batch',
    index: BATCH as LeafIndex,
    recordedAt: planned.recordedAt(BATCH),
    origin: logKeys('bank', 'bank', 'kyc').origin,
    rootHash: digestToHex(treeOver(before).root(before.length)),
    size: before.length,
  });
  return formatStatement(statement);
}

async function batchSignature(planned: CollectionPlan, batch: Uint8Array): Promise<OpenEntry> {
  const recordedAt = planned.recordedAt(BATCH_SIGNATURE);
  const cms = await planned.authority.signer.seal(planned.batchSigned(batch), recordedAt);
  const of = digestToHex(leafHash(batch));
  const subject = logKeys('bank', 'bank', 'kyc').origin;
  return signatureEntry(
    { seed: SEED, index: BATCH_SIGNATURE, recordedAt, subject, of, cms },
    { signatureHeader: same, signature: same },
  );
}

function handoverStatement(planned: CollectionPlan, before: readonly Uint8Array[]): Uint8Array {
  const keys = logKeys('bank', 'bank', 'kyc');
  const terms = {
    kind: 'handover' as const,
    index: HANDOVER as LeafIndex,
    recordedAt: planned.recordedAt(HANDOVER),
    new: keys.second.text,
    old: keys.first.text,
    rootHash: digestToHex(treeOver(before).root(before.length)),
    size: before.length,
  };
  const message = handoverMessage(keys.origin, terms);
  const signatures = planned.handoverBy(keys).map(({ text, sign }) => ({
    by: text,
    signature: toBase64(sign(message)),
  }));
  return formatStatement({ ...terms, signatures });
}
