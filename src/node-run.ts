/**
 * Whether this node may write: it compares itself with the mark that lies outside its data directory,
 * and counts the runs in which it did (docs/formats/vault.md).
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TreeSize } from './base/brand.js';
import { systemErrorCode } from './base/system-error.js';
import { writeFileDurably } from './keys/durable-file.js';
import type { KeyStore } from './keys/key-store.js';
import { compareWithMark, formatRunFile, parseRunFile, type RunFile } from './keys/mark.js';
import { LedgerError } from './ledger/ledger-error.js';
import type { LogReader } from './ledger/log-reader.js';

export interface NodeMemory {
  readonly dataDirectory: string;
  readonly keyStore: KeyStore;
  /** Null before the epoch log was made. */
  readonly epochs: LogReader | null;
}

/** What is wrong, and how to go on. */
export function readOnly(refusal: string): LedgerError {
  return new LedgerError(
    'LEDGER_READ_ONLY',
    `${refusal}; to go on in new logs that say so, run \`chirograph restore --successor\`, or \`--empty\` where nothing is left`,
  );
}

/**
 * Begins a run that may write. @returns its number.
 *
 * @throws LedgerError LEDGER_READ_ONLY if the data directory is behind what it showed, saying how.
 */
export async function beginRun(memory: NodeMemory): Promise<number> {
  const { dataDirectory, keyStore } = memory;
  const runFile = await readRunFile(dataDirectory);
  const refusal = await compareRun(memory, runFile);
  if (refusal !== null) throw readOnly(refusal);
  const mark = (await keyStore.mark()) ?? { epochs: null, run: 0 };
  // Keys of before: what was promised since is not among them.
  if ((runFile?.run ?? 0) > mark.run + 1) await keyStore.doubtGroupPromises();
  // Before the run file, so that a mark which is missing beside one was lost.
  if (runFile === null) await keyStore.putMark(mark);
  const run = (runFile?.run ?? 0) + 1;
  await writeRunFile(dataDirectory, { nodeId: keyStore.nodeId, run });
  // A crash here leaves data that is one run ahead of the mark, which is no reason to refuse.
  await keyStore.putMark({ ...mark, run });
  return run;
}

/** Why the node must not write, for people, or null if it may. @throws KeysError as `parseRunFile`. */
export async function whyNotToWrite(memory: NodeMemory): Promise<string | null> {
  return compareRun(memory, await readRunFile(memory.dataDirectory));
}

export async function writeRunFile(dataDirectory: string, runFile: RunFile): Promise<void> {
  await writeFileDurably(join(dataDirectory, RUN_FILE), formatRunFile(runFile), 0o600);
}

export async function readRunFile(dataDirectory: string): Promise<RunFile | null> {
  try {
    return parseRunFile(await readFile(join(dataDirectory, RUN_FILE)));
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

const RUN_FILE = 'run.json';

async function compareRun(
  { keyStore, epochs }: NodeMemory,
  runFile: RunFile | null,
): Promise<string | null> {
  const mark = await keyStore.mark();
  const epochSize = epochs?.head.size ?? 0;
  const marked = mark?.epochs?.size ?? 0;
  const rootAtMark =
    epochs === null || marked === 0 || marked > epochSize
      ? null
      : await epochs.rootAt(mark?.epochs?.size ?? epochs.head.size);
  return compareWithMark(mark, keyStore.nodeId, {
    runFile,
    epochSize: epochSize as TreeSize,
    rootAtMark,
  });
}
