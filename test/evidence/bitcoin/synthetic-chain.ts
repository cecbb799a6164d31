/**
 * Blocks made and mined in the test, with no code of ours: what the verifier is compared with must
 * not share its mistakes. Regtest difficulty, so that one block takes two hashes.
 */
import { createHash } from 'node:crypto';

export const REGTEST_BITS = 0x207fffff;

export interface HeaderFields {
  readonly previous: Uint8Array;
  readonly merkleRoot: Uint8Array;
  readonly time?: number;
  readonly bits?: number;
  /** Mines until the hash does, or with `false` does not, meet the target. */
  readonly meetsTarget?: boolean;
}

export function sha256d(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(createHash('sha256').update(bytes).digest()).digest();
}

export function transactionBytes(options: {
  readonly inputs: readonly { txid: Uint8Array; vout: number; script?: Uint8Array }[];
  readonly outputs: readonly { value: bigint; script: Uint8Array }[];
}): Buffer {
  const parts = [u32(2), Buffer.of(options.inputs.length)];
  for (const { txid, vout, script = new Uint8Array() } of options.inputs)
    parts.push(Buffer.from(txid), u32(vout), varBytes(script), u32(0xfffffffd));
  parts.push(Buffer.of(options.outputs.length));
  for (const { value, script } of options.outputs) parts.push(u64(value), varBytes(script));
  parts.push(u32(0));
  return Buffer.concat(parts);
}

/** `heightPush` as in the block at height 300: `02 2c 01`. */
export function coinbaseBytes(heightPush: Uint8Array, salt = 0): Buffer {
  return transactionBytes({
    inputs: [
      {
        txid: new Uint8Array(32),
        vout: 0xffffffff,
        script: Buffer.concat([heightPush, Buffer.of(0xfa, salt)]),
      },
    ],
    outputs: [{ value: 5_000_000_000n, script: Buffer.of(0x51) }],
  });
}

export function payloadScript(size: number, root: Uint8Array): Buffer {
  const sizeBytes = Buffer.alloc(4);
  sizeBytes.writeUInt32BE(size);
  return Buffer.concat([Buffer.of(0x6a, 40), Buffer.from('CGA1'), sizeBytes, root]);
}

/** All rows of the tree, leaves first. */
export function merkleRows(leaves: readonly Uint8Array[]): Uint8Array[][] {
  const rows = [[...leaves]];
  for (let row = rows[0] ?? []; row.length > 1; row = rows.at(-1) ?? []) {
    const above: Uint8Array[] = [];
    for (let at = 0; at < row.length; at += 2) {
      const left = row[at] ?? new Uint8Array();
      above.push(sha256d(Buffer.concat([left, row[at + 1] ?? left])));
    }
    rows.push(above);
  }
  return rows;
}

export function branchOf(leaves: readonly Uint8Array[], index: number): Uint8Array[] {
  return merkleRows(leaves)
    .slice(0, -1)
    .map((row, level) => {
      const at = Math.floor(index / 2 ** level);
      const sibling = row[at % 2 === 1 ? at - 1 : at + 1] ?? row[at];
      return sibling ?? new Uint8Array();
    });
}

export function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  return merkleRows(leaves).at(-1)?.[0] ?? new Uint8Array();
}

export function mineHeader(fields: HeaderFields): Buffer {
  const { bits = REGTEST_BITS, time = 1_700_000_000, meetsTarget = true } = fields;
  const header = Buffer.concat([
    u32(0x20000000),
    fields.previous,
    fields.merkleRoot,
    u32(time),
    u32(bits),
    u32(0),
  ]);
  const target = BigInt(bits & 0x7fffff) << BigInt(8 * ((bits >>> 24) - 3));
  for (let nonce = 0; ; nonce++) {
    header.writeUInt32LE(nonce, 76);
    const hash = BigInt(`0x${sha256d(header).reverse().toString('hex')}`);
    if (hash <= target === meetsTarget) return header;
  }
}

function varBytes(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}
