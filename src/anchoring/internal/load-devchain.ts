/** Opening the development chain's file: replays it, drops a torn end, starts a new one if there is none. */
import { concat, fromHex } from '../../base/bytes.js';
import { BaseError } from '../../base/errors.js';
import { AnchoringError } from '../errors.js';
import type { AppendFile } from './append-file.js';
import { DEVCHAIN_MAGIC, frameRecord, scanRecords } from './devchain-record.js';
import type { ScannedRecord } from './devchain-record.js';
import { DevChainState } from './devchain-state.js';

export interface LoadedDevChain {
  readonly state: DevChainState;
  /** Bytes of the file: where the next record goes. */
  readonly length: number;
}

/** Regtest's, as every Bitcoin node has it built in. */
const GENESIS_BLOCK = fromHex(
  '0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c' +
    '3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4adae5494dffff7f20020000000101000000010000000000000000' +
    '000000000000000000000000000000000000000000000000ffffffff4d04ffff001d0104455468652054696d657320' +
    '30332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261696c6f' +
    '757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a67130b7105cd6a8' +
    '28e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00' +
    '000000',
);

/** @throws AnchoringError DEVCHAIN_DAMAGED; and what the file's own calls throw */
export async function loadDevChain(file: AppendFile): Promise<LoadedDevChain> {
  const state = new DevChainState();
  const scan = scanRecords(file);
  let step = await nextRecord(scan);
  for (; step.done !== true; step = await nextRecord(scan)) replay(state, step.value);
  const soundLength = step.value;
  if (soundLength < (await file.size())) {
    // A crash here leaves the torn end in place, to be dropped at the next opening.
    await file.truncate(soundLength);
    await file.datasync();
  }
  return state.height >= 0 ? { state, length: soundLength } : start(file, state, soundLength);
}

async function start(
  file: AppendFile,
  state: DevChainState,
  soundLength: number,
): Promise<LoadedDevChain> {
  const magic = soundLength === 0 ? DEVCHAIN_MAGIC : new Uint8Array();
  const blocks = [GENESIS_BLOCK];
  const { bytes, scanned } = frameRecord({ kind: 'connect', blocks }, DEVCHAIN_MAGIC.length);
  // A crash here leaves a torn first record and no chain: the next opening starts again.
  await file.append(concat(magic, bytes));
  await file.datasync();
  replay(state, scanned);
  return { state, length: DEVCHAIN_MAGIC.length + bytes.length };
}

async function nextRecord(
  scan: ReturnType<typeof scanRecords>,
): Promise<IteratorResult<ScannedRecord, number>> {
  try {
    return await scan.next();
  } catch (cause) {
    // Of a payload whose digest is right and whose fields are not.
    if (cause instanceof BaseError) throw damaged('a record is malformed', cause);
    throw cause;
  }
}

/** Applies a record; both what was just written and what is read at an opening go through here. */
export function replay(state: DevChainState, { record, blockOffsets }: ScannedRecord): void {
  if (record.kind === 'disconnect') {
    if (record.height < 0 || record.height > state.height)
      throw damaged('a record goes back to a height that is not there');
    while (state.height > record.height) state.disconnect();
    return;
  }
  record.blocks.forEach((block, at) => {
    const fault = state.connect(block, blockOffsets[at] ?? 0);
    if (fault !== undefined) throw damaged(fault);
  });
}

function damaged(reason: string, cause?: unknown): AnchoringError {
  return new AnchoringError(
    'DEVCHAIN_DAMAGED',
    `the development chain’s file holds no chain: ${reason}`,
    { cause },
  );
}
