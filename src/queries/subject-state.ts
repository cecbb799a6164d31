/** What was known of a person as of a size: the version of each thing that stood, and where else they are named. */
import type { LeafIndex, UnixMillis } from '../base/brand.js';
import { toHex } from '../base/bytes.js';
import { type JsonObject, type JsonValue, parseCanonicalJson } from '../base/canonical-json.js';
import { isJsonObject } from '../base/json-members.js';
import { formatInstant } from '../base/time.js';
import type { Vault } from '../keys/vault.js';
import { damaged } from '../ledger/ledger-error.js';
import { type AsOf, instantOf } from './as-of.js';
import { type EntryView, entryView } from './entry-view.js';
import { openRecordPart, unlessErased } from './opened-entry.js';
import {
  currentVersions,
  type Mention,
  type SubjectEntries,
  subjectIn,
  openVersion,
} from './subject-entries.js';
import type { TenantLedger } from './tenant-ledgers.js';
import type { StateQuestion, ViewState } from './view-state.js';

export interface SubjectQuestion extends StateQuestion {
  readonly subject: string;
  readonly validAt?: string | undefined;
  /** Only things of these types. */
  readonly types?: readonly string[] | undefined;
  readonly limit: number;
  /** Where the page before ended. */
  readonly from?: LeafIndex | undefined;
}

export interface MentionView {
  readonly id: string;
  readonly index: number;
  readonly recordedAt: string;
  readonly type: string;
  readonly role: 'party' | 'part';
  /** Of a part: what it says of this person. The rest of the record is another's. */
  readonly payload?: JsonValue;
  /** Only there where what the part said has been erased. */
  readonly erased?: true;
}

export interface SubjectCounts {
  readonly things: number;
  readonly mentions: number;
  readonly entries: number;
  /**
   * Records of the person that have been erased. Each counts as one without valid times that withdraws nothing, because
   * what it said nobody knows: unless it is 0, the state is not determined.
   */
  readonly erased: number;
}

export interface SubjectState {
  readonly subject: string;
  readonly origin: string;
  readonly items: readonly EntryView[];
  /** Records of other subjects; on the first page, at most as many as a page holds. */
  readonly mentions: readonly MentionView[];
  /** Things in all, mentions in all. */
  readonly counts: SubjectCounts;
  readonly next: LeafIndex | null;
  readonly asOf: AsOf;
  readonly validAt?: string;
}

/** What was read to answer, for whoever proves or records it. */
export interface AnsweredState {
  readonly answer: SubjectState;
  readonly state: ViewState;
  readonly entries: SubjectEntries | null;
}

/** @throws as `viewState` and `subjectEntries`. */
export async function subjectState(
  ledger: TenantLedger,
  question: SubjectQuestion,
): Promise<AnsweredState> {
  const { vault, marksOf } = ledger;
  const validAt = validInstant(ledger, question.validAt);
  const { state, entries } = await subjectIn(ledger, question.subject, question);
  const { reader, asOf } = state;
  const things = entries === null ? [] : thingsOf(entries, validAt, question.types);
  const from = question.from ?? 0;
  const rest = things.filter(({ index }) => index >= from);
  const page = rest.slice(0, question.limit);
  const opened = await Promise.all(page.map((version) => openVersion(vault, version)));
  const mentions = entries?.mentions ?? [];
  const shown = from === 0 ? mentions.slice(0, question.limit) : [];
  const answer: SubjectState = {
    subject: question.subject,
    origin: reader.origin,
    items: opened.map((record) => entryView(reader.origin, record, marksOf)),
    mentions: await Promise.all(shown.map((mention) => mentionView(vault, mention))),
    counts: {
      things: things.length,
      mentions: mentions.length,
      entries: (entries?.versions.length ?? 0) + (entries?.signatures.length ?? 0),
      erased: (entries?.versions ?? []).filter(({ said }) => said === null).length,
    },
    next: rest[question.limit]?.index ?? null,
    asOf,
    ...(validAt !== undefined && { validAt: formatInstant(validAt) }),
  };
  return { answer, state, entries };
}

/** @throws BaseError TIME_MALFORMED, DATE_NOT_IN_ZONE. */
export function validInstant(
  { timeZone }: Pick<TenantLedger, 'timeZone'>,
  validAt: string | undefined,
): UnixMillis | undefined {
  return validAt === undefined ? undefined : instantOf(validAt, { timeZone });
}

/** The versions that stand, of the types that are asked for. */
export function thingsOf(
  entries: SubjectEntries,
  validAt: UnixMillis | undefined,
  types: readonly string[] | undefined,
): ReturnType<typeof currentVersions> {
  const current = currentVersions(entries, validAt);
  return types === undefined
    ? current
    : current.filter(({ statement }) => types.includes(statement.type));
}

/** @throws as `openEntry`. */
export async function mentionView(vault: Vault, mention: Mention): Promise<MentionView> {
  const { entry, statement, role } = mention;
  const id = toHex(entry.leafHash);
  return {
    id,
    index: entry.index,
    recordedAt: formatInstant(statement.recordedAt),
    type: statement.type,
    role,
    ...(mention.role === 'part' && (await unlessErased(sayingOf(vault, mention), ERASED))),
  };
}

const ERASED = { erased: true } as const;

async function sayingOf(
  vault: Vault,
  mention: Extract<Mention, { role: 'part' }>,
): Promise<{ payload: JsonValue }> {
  return { payload: (await partOf(vault, mention))['payload'] ?? null };
}

async function partOf(
  vault: Vault,
  { entry, statement, part }: Extract<Mention, { role: 'part' }>,
): Promise<JsonObject> {
  const { bytes } = await openRecordPart(vault, entry, statement, part);
  const content = parseCanonicalJson(bytes);
  if (!isJsonObject(content)) throw damaged(`part ${part} of entry ${entry.index} is no object`);
  return content;
}
