/**
 * The extension line that binds a checkpoint to the Hypercore under it (docs/formats/checkpoint.md):
 * whoever replicates the log can tell that it is the one whose statements the checkpoint covers.
 */
import { fromHex, toHex, utf8 } from '../base/bytes.js';
import { assert } from '../base/errors.js';
import { sha256 } from '../base/hash.js';
import { isCount, parseDecimal } from './internal/integer.js';
import { TlogError } from './tlog-error.js';

export interface LogBinding {
  /** 32 bytes. Not the core's key, which is the capability to replicate it. */
  readonly discoveryKey: Uint8Array;
  /** Hypercore's fork number. */
  readonly fork: number;
  /** Hypercore's length: blocks, not entries. */
  readonly length: number;
  /** Hypercore's BLAKE2b tree hash at that length, 32 bytes. */
  readonly treeHash: Uint8Array;
}

export interface LogBindingOptions {
  /** Whether extension lines that say something else are refused. Other logs may have some; ours have none. */
  readonly refuseOthers: boolean;
}

/** In the manifests of our logs' Hypercores: keeps their signatures apart from those of any other with the same key. */
export const CORE_NAMESPACE: Uint8Array = sha256(utf8('chirograph/log/1'));

const PREFIX = 'hypercore ';
const LINE = /^hypercore ([0-9a-f]{64}) ([0-9]+) ([0-9]+) ([0-9a-f]{64})$/;
const HASH_BYTES = 32;

/** `hypercore <discovery key, hex> <fork> <length> <tree hash, hex>`. */
export function formatLogBinding(binding: LogBinding): string {
  const { discoveryKey, fork, length, treeHash } = binding;
  assert(discoveryKey.length === HASH_BYTES && treeHash.length === HASH_BYTES, '32 bytes each');
  assert(isCount(fork) && isCount(length), 'fork and length are safe integers ≥ 0');
  return `${PREFIX}${toHex(discoveryKey)} ${fork} ${length} ${toHex(treeHash)}`;
}

/** @throws TlogError LOG_BINDING_MALFORMED for every line that `formatLogBinding` would not write. */
export function parseLogBinding(line: string): LogBinding {
  const [, discoveryKey = '', forkText = '', lengthText = '', treeHash = ''] =
    LINE.exec(line) ?? [];
  const fork = parseDecimal(forkText);
  const length = parseDecimal(lengthText);
  if (fork === undefined || length === undefined)
    throw malformed('the form is hypercore <64 hex digits> <decimal> <decimal> <64 hex digits>');
  return { discoveryKey: fromHex(discoveryKey), fork, length, treeHash: fromHex(treeHash) };
}

/**
 * The binding among a checkpoint's extension lines; undefined if there is none.
 *
 * @throws TlogError LOG_BINDING_MALFORMED if there are two, or one that is malformed, or, where asked
 * for, another line.
 */
export function logBindingIn(
  extensions: readonly string[],
  { refuseOthers }: LogBindingOptions,
): LogBinding | undefined {
  const lines = extensions.filter((line) => line.startsWith(PREFIX));
  if (lines.length > 1) throw malformed('the checkpoint has two of them');
  if (refuseOthers && lines.length < extensions.length)
    throw malformed('the checkpoint has other extension lines too');
  const [line] = lines;
  return line === undefined ? undefined : parseLogBinding(line);
}

function malformed(reason: string): TlogError {
  return new TlogError('LOG_BINDING_MALFORMED', `not a log binding: ${reason}`);
}
