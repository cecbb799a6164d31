/** What a journal record says (docs/formats/journal.md): a snapshot or a commit. */
import { ByteReader, ByteWriter } from '../../base/byte-codec.js';
import type { VaultState } from '../../keys/vault.js';
import { LedgerError } from '../ledger-error.js';
import { type LogHead, readHead, writeHead } from '../log-head.js';

const SNAPSHOT = 1;
const COMMIT = 2;
const MAX_ROW = 4096;
const MAX_BLOCK = 16 * 1024 * 1024;

export interface JournalSnapshot {
  readonly kind: 'snapshot';
  readonly vaults: readonly { readonly tenant: Uint8Array; readonly state: VaultState }[];
  readonly logs: readonly { readonly key: Uint8Array; readonly head: LogHead }[];
}

export interface JournalCommit {
  readonly kind: 'commit';
  readonly rows: readonly { readonly tenant: Uint8Array; readonly row: Uint8Array }[];
  readonly blocks: readonly JournalBlock[];
}

/** One log's share of a group commit. */
export interface JournalBlock {
  /** Hypercore key of the log, 32 bytes. */
  readonly key: Uint8Array;
  /** Sealed; the bytes that the log gets, now or at the next opening. */
  readonly block: Uint8Array;
  readonly head: LogHead;
  /** Unsigned; Ed25519 is deterministic, so signing it again makes the same checkpoint. */
  readonly checkpointBody: Uint8Array;
}

export type JournalPayload = JournalSnapshot | JournalCommit;

export function encodePayload(payload: JournalPayload): Uint8Array {
  return payload.kind === 'snapshot' ? encodeSnapshot(payload) : encodeCommit(payload);
}

/** @throws BaseError BYTES_MALFORMED, LedgerError LEDGER_FORMAT_NEWER. */
export function decodePayload(bytes: Uint8Array): JournalPayload {
  const reader = new ByteReader(bytes);
  const kind = reader.u8();
  if (kind !== SNAPSHOT && kind !== COMMIT)
    throw new LedgerError(
      'LEDGER_FORMAT_NEWER',
      `the journal holds a record of kind ${kind}; this version knows ${SNAPSHOT} and ${COMMIT}`,
    );
  const payload = kind === SNAPSHOT ? decodeSnapshot(reader) : decodeCommit(reader);
  reader.end();
  return payload;
}

function encodeSnapshot({ vaults, logs }: JournalSnapshot): Uint8Array {
  const writer = new ByteWriter(16 + vaults.length * 28 + logs.length * 128);
  writer.u8(SNAPSHOT);
  writer.u32(vaults.length);
  for (const { tenant, state } of vaults) {
    writer.bytes(tenant);
    writer.u32(state.generation);
    writer.u64(state.length);
    writer.bytes(state.check);
  }
  writer.u32(logs.length);
  for (const { key, head } of logs) {
    writer.bytes(key);
    writeHead(writer, head);
  }
  return writer.finish();
}

function decodeSnapshot(reader: ByteReader): JournalSnapshot {
  const vaults = repeat(reader.u32(), () => ({
    tenant: reader.bytes(8),
    state: { generation: reader.u32(), length: reader.u64(), check: reader.bytes(8) },
  }));
  const logs = repeat(reader.u32(), () => ({ key: reader.bytes(32), head: readHead(reader) }));
  return { kind: 'snapshot', vaults, logs };
}

function encodeCommit({ rows, blocks }: JournalCommit): Uint8Array {
  const size = blocks.reduce((sum, { block }) => sum + block.length + 1024, 64 + rows.length * 512);
  const writer = new ByteWriter(size);
  writer.u8(COMMIT);
  writer.u32(rows.length);
  for (const { tenant, row } of rows) {
    writer.bytes(tenant);
    writer.bytes32(row);
  }
  writer.u32(blocks.length);
  for (const { key, block, head, checkpointBody } of blocks) {
    writer.bytes(key);
    writer.bytes32(block);
    writeHead(writer, head);
    writer.bytes16(checkpointBody);
  }
  return writer.finish();
}

function decodeCommit(reader: ByteReader): JournalCommit {
  const rows = repeat(reader.u32(), () => ({
    tenant: reader.bytes(8),
    row: reader.bytes32(MAX_ROW),
  }));
  const blocks = repeat(reader.u32(), () => ({
    key: reader.bytes(32),
    block: reader.bytes32(MAX_BLOCK),
    head: readHead(reader),
    checkpointBody: reader.bytes16(),
  }));
  return { kind: 'commit', rows, blocks };
}

/** Reads one item at a time: a hostile count ends with the bytes, not with memory. */
function repeat<T>(count: number, read: () => T): T[] {
  const items: T[] = [];
  for (let n = 0; n < count; n++) items.push(read());
  return items;
}
