/**
 * Receipts of one batch as JSON text. Their checkpoint is the same and their proofs share all but
 * the lowest hashes: written one by one, the same digits would be made a dozen times over.
 */
import { type AsciiJson, asciiJson } from '../base/ascii-json.js';
import type { Sha256Digest, UnixMillis } from '../base/brand.js';
import { toHex } from '../base/bytes.js';
import { formatInstant } from '../base/time.js';
import type { AppendedEntry } from '../ledger/entry-draft.js';
import type { SchemaFault } from '../schemas/schemas-error.js';
import { type MarksOf, finalityOf } from './receipt.js';

export interface ReceiptText {
  /** Of the entry: its leaf hash in hex. */
  readonly id: string;
  readonly json: AsciiJson;
}

export class ReceiptWriter {
  readonly #marksOf: MarksOf;
  /** Of a proof, from this node on. In one tree, what follows a node is always the same. */
  readonly #paths = new Map<Sha256Digest, string>();
  #checkpoint = { note: '', json: asciiJson('') };
  #recordedAt: { millis: UnixMillis | null; text: string } = { millis: null, text: '' };

  /** For one batch: what it has written stays in memory with it. */
  constructor(marksOf: MarksOf) {
    this.#marksOf = marksOf;
  }

  /**
   * The same value as `receiptOf`, in the same order of members.
   * @param warnings what a schema has against the record; a member of its own, if there are any.
   */
  write(entry: AppendedEntry, warnings: readonly SchemaFault[] = []): ReceiptText {
    const { index, leafHash, recordedAt, checkpoint, inclusionProof, origin } = entry;
    const id = toHex(leafHash);
    const finality = JSON.stringify(finalityOf(index, this.#marksOf(origin)));
    const json =
      `{"id":"${id}","index":${index},"leafHash":"${id}"` +
      `,"recordedAt":"${this.#instant(recordedAt)}","finality":${finality}` +
      `,"checkpoint":${this.#note(checkpoint)}` +
      `,"inclusionProof":[${this.#path(inclusionProof, 0)}]${warningsMember(warnings)}}`;
    return { id, json: json as AsciiJson };
  }

  #path(proof: readonly Sha256Digest[], from: number): string {
    const hash = proof[from];
    if (hash === undefined) return '';
    const known = this.#paths.get(hash);
    if (known !== undefined) return known;
    const rest = this.#path(proof, from + 1);
    const path = rest === '' ? `"${toHex(hash)}"` : `"${toHex(hash)}",${rest}`;
    this.#paths.set(hash, path);
    return path;
  }

  #note(note: string): string {
    if (note === this.#checkpoint.note) return this.#checkpoint.json;
    // Another commit, and another tree.
    this.#paths.clear();
    this.#checkpoint = { note, json: asciiJson(note) };
    return this.#checkpoint.json;
  }

  #instant(millis: UnixMillis): string {
    if (millis !== this.#recordedAt.millis)
      this.#recordedAt = { millis, text: formatInstant(millis) };
    return this.#recordedAt.text;
  }
}

function warningsMember(warnings: readonly SchemaFault[]): string {
  if (warnings.length === 0) return '';
  return `,"warnings":${asciiJson(warnings.map(({ pointer, detail }) => ({ pointer, detail })))}`;
}
