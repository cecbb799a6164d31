/** Shares, public parts and escrow files as people name them on the command line. */
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { systemErrorCode } from '../base/system-error.js';
import { MAX_ESCROW_FILE, type EscrowFile, parseEscrow } from '../keys/escrow-file.js';
import { RecoveryError } from '../keys/recovery-error.js';
import { MAX_RECOVERY_FILE, parseShare, type RecoveryShare } from '../keys/recovery-share.js';
import { writeOnceFiles } from '../keys/write-once.js';
import { CliError } from './cli-error.js';
import { repeated } from './command-help.js';
import { readFileUpTo } from './files.js';
import { oneLine } from './terminal.js';

/** Of every command that puts shares together. */
export function withShareOption(command: Command): Command {
  const what = 'share of an officer; given again for each';
  return command.requiredOption('--share <file>', what, repeated);
}

/** @throws CliError CLI_FILE; RecoveryError RECOVERY_SHARE_DAMAGED, RECOVERY_FORMAT_NEWER, naming the file. */
export function readShares(paths: readonly string[]): Promise<RecoveryShare[]> {
  return readAll(paths, MAX_RECOVERY_FILE, parseShare);
}

/** @throws CliError CLI_FILE; RecoveryError ESCROW_DAMAGED, RECOVERY_FORMAT_NEWER, naming the file. */
export function readEscrowFiles(paths: readonly string[]): Promise<EscrowFile[]> {
  return readAll(paths, MAX_ESCROW_FILE, parseEscrow);
}

/** Zeroes what shares hold; they must not be used any more. */
export function forgetShares(shares: readonly RecoveryShare[]): void {
  for (const { share } of shares) share.fill(0);
}

/** For its owner alone, durable when it returns. @throws CliError CLI_FILE, also if there is such a file. */
export async function createOwnFile(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeOnceFiles.create(path, bytes);
    await writeOnceFiles.sync(path);
    await writeOnceFiles.syncDirectory(dirname(path));
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === null) throw cause;
    const why = code === 'EEXIST' ? 'it is there already' : `it cannot be written (${code})`;
    throw new CliError('CLI_FILE', `${oneLine(path)}: ${why}`, { cause });
  }
}

async function readAll<T>(
  paths: readonly string[],
  maximum: number,
  parse: (bytes: Uint8Array) => T,
): Promise<T[]> {
  const read: T[] = [];
  for (const path of paths) {
    const bytes = await readFileUpTo(path, maximum);
    try {
      read.push(parse(bytes));
    } catch (cause) {
      if (!(cause instanceof RecoveryError)) throw cause;
      throw new RecoveryError(cause.code, `${oneLine(path)}: ${cause.message}`);
    } finally {
      bytes.fill(0);
    }
  }
  return read;
}
