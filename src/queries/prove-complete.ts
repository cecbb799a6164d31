/**
 * That an answer about a person, as of a size, is all of it (docs/formats/person-map.md): the newest map
 * entry of the log, the proof from it, and the entries of the person's list.
 */
import type { TreeSize } from '../base/brand.js';
import { toHex } from '../base/bytes.js';
import type { JsonObject } from '../base/canonical-json.js';
import { tagsScope } from '../base/secret-scope.js';
import type { Completeness } from '../evidence/collection-file.js';
import { completenessToJson } from '../evidence/format-collection.js';
import { LedgerError } from '../ledger/ledger-error.js';
import type { LogReader } from '../ledger/log-reader.js';
import { personOpener, tagOf } from '../records/tag.js';
import type { ListItem } from '../tlog/person-list.js';
import { proveList } from '../tlog/person-proof.js';
import type { LogView } from '../views/log-view.js';
import type { MapEntryAt } from '../views/view-engine.js';
import { proved } from './evidence-parts.js';
import { QueryError } from './query-error.js';
import type { TenantLedger } from './tenant-ledgers.js';
import { type StateQuestion, viewState } from './view-state.js';

/** A proof without the tree of a checkpoint around its map entry, which the answers to one file share. */
export interface CompleteAnswer {
  readonly view: LogView;
  readonly reader: LogReader;
  /** The size that the answer is of. */
  readonly size: TreeSize;
  readonly map: MapEntryAt;
  /** Entries below `size` that carry the tag. */
  readonly items: readonly ListItem[];
  readonly completeness: Omit<Completeness, 'map'>;
}

/**
 * Without `asOf` the answer is of the size that the newest map covers: then nobody is in no map.
 *
 * @throws QueryError QUERY_SUBJECT_UNKNOWN, QUERY_ORIGIN_UNKNOWN; as `MapKeeper.cover` and `viewState`.
 */
export async function proveComplete(
  ledger: TenantLedger,
  subject: string,
  question: StateQuestion,
): Promise<CompleteAnswer> {
  const found = await ledger.vault.find(tagsScope(subject));
  if (found === null)
    throw new QueryError(
      'QUERY_SUBJECT_UNKNOWN',
      'nothing is recorded of this subject, and there is no tag that could be proven to be absent',
    );
  const opener = personOpener(found.secret, 'subject');
  const tag = tagOf(opener, subject);
  const isPinned = question.asOf !== undefined || question.pinned !== undefined;
  const { view, reader, size: newest } = await viewState(ledger, question);
  // A map that is made meanwhile covers this one: look again, the proof must be of the one it names.
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const map = await coveringMap(ledger, view, isPinned ? newest : null);
    const person = await view.person(tag);
    if (person.made.size !== map.size) continue;
    const size = isPinned ? newest : map.size;
    const items = person.list.filter(({ index }) => index < size);
    const proof = proveList(person.map, person.list, size);
    return { view, reader, size, map, items, completeness: { opener, proof, tag } };
  }
  throw new LedgerError('LEDGER_PUSHBACK', 'maps are made faster than they are read: try again');
}

/** The map entry in the tree of a checkpoint. */
export async function provedMap(
  { reader, map, completeness }: CompleteAnswer,
  checkpointSize: TreeSize,
): Promise<Completeness> {
  return { ...completeness, map: await proved(reader, map.index, checkpointSize) };
}

/** The proof for an answer that carries it without a file, and the size that it is of. @throws as `proveComplete`. */
export async function completeAnswerJson(
  ledger: TenantLedger,
  subject: string,
  question: StateQuestion,
): Promise<{ readonly size: TreeSize; readonly json: JsonObject }> {
  const answer = await proveComplete(ledger, subject, question);
  const { reader, size, map, items } = answer;
  const { size: treeSize } = await reader.block(map.index);
  const completeness = completenessToJson(await provedMap(answer, treeSize));
  const checkpoint = await reader.checkpointAt(treeSize);
  const listed = items.map(({ index, leafHash }) => ({ index, leafHash: toHex(leafHash) }));
  return { size, json: { ...completeness, checkpoint, items: listed } };
}

const ATTEMPTS = 5;

async function coveringMap(
  { ledger, maps }: TenantLedger,
  view: LogView,
  size: TreeSize | null,
): Promise<MapEntryAt> {
  if (view.reader !== ledger.reader)
    return maps.closed(view, size ?? view.mapEntry?.size ?? view.reader.head.size);
  if (size !== null) return maps.cover(ledger, size);
  return (await maps.coverAll(ledger)) ?? maps.cover(ledger, view.size);
}
