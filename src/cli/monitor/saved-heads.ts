/**
 * Signed heads that somebody kept: a saved checkpoint, receipts as `append --json` prints them, an evidence
 * file or a collection, alone or in a container. Only the heads are taken, and they are verified like all.
 */
import { utf8ToString } from '../../base/bytes.js';
import { type JsonValue, parseStrictJson } from '../../base/canonical-json.js';
import { ChirographError } from '../../base/errors.js';
import { isJsonObject } from '../../base/json-members.js';
import { CONTAINER_LIMITS } from '../../evidence/asic-container.js';
import { isContainer, readContainer } from '../../evidence/asic-reader.js';
import { CliError } from '../cli-error.js';
import { readFileUpTo } from '../files.js';
import { oneLine } from '../terminal.js';

export interface SavedHead {
  /** The file. */
  readonly place: string;
  /** A signed note. */
  readonly checkpoint: string;
}

export interface SavedFile {
  /** At least one; each once. */
  readonly heads: readonly SavedHead[];
  /** The evidence file of an entry, if it is one: it can vouch for the log's key. */
  readonly evidence: Uint8Array | null;
}

const MAX_FILE_BYTES = 256 * 1024 * 1024;
const MAX_HEADS = 10_000;

/** @throws CliError CLI_FILE, CLI_INPUT. */
export async function readSavedFile(path: string): Promise<SavedFile> {
  const place = oneLine(path);
  const bytes = await readFileUpTo(path, MAX_FILE_BYTES);
  const { found, evidence } = contentOf(bytes, place);
  const heads = new Set(found);
  if (heads.size === 0 || heads.size > MAX_HEADS)
    throw new CliError(
      'CLI_INPUT',
      `${place}: it holds no signed heads, or more than ${MAX_HEADS}`,
    );
  return { heads: [...heads].map((checkpoint) => ({ place, checkpoint })), evidence };
}

function contentOf(
  bytes: Uint8Array,
  place: string,
): { found: readonly string[]; evidence: Uint8Array | null } {
  try {
    const file = isContainer(bytes) ? readContainer(bytes, CONTAINER_LIMITS).evidence.bytes : bytes;
    const text = utf8ToString(file);
    if (!text.startsWith('{')) return { found: [text], evidence: null };
    const documents = documentsIn(text);
    const isEvidence = documents.length === 1 && documents.every(hasEntry);
    return { found: documents.flatMap(headsOf), evidence: isEvidence ? file : null };
  } catch (cause) {
    if (!(cause instanceof ChirographError)) throw cause;
    throw new CliError('CLI_INPUT', `${place}: ${cause.message}`, { cause });
  }
}

function hasEntry(value: JsonValue): boolean {
  return isJsonObject(value) && value['entry'] !== undefined;
}

/** One document, or one a line. */
function documentsIn(text: string): JsonValue[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.every((line) => line.startsWith('{'))
    ? lines.map((line) => parseStrictJson(line))
    : [parseStrictJson(text)];
}

function headsOf(value: JsonValue): string[] {
  if (!isJsonObject(value)) return [];
  const { checkpoint, checkpoints, log } = value;
  const inLog = log !== undefined && isJsonObject(log) ? log['checkpoint'] : undefined;
  const listed: readonly JsonValue[] = Array.isArray(checkpoints) ? checkpoints : [];
  return [checkpoint, inLog, ...listed].filter((one) => typeof one === 'string');
}
