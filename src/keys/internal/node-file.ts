/**
 * The file that a key store begins with: whose it is, and which of the files that a node has only one
 * of it holds, so that none of those can be lost and made again as if it had never been.
 */
import { readdir } from 'node:fs/promises';
import { toHex } from '../../base/bytes.js';
import type { JsonObject } from '../../base/canonical-json.js';
import { arrayOf, type JsonMembers, oneOf } from '../../base/json-members.js';
import { randomBytes, type RandomSource } from '../../base/random.js';
import { systemErrorCode } from '../../base/system-error.js';
import { KeysError } from '../keys-error.js';
import { NODE_ID } from '../mark.js';
import type { KeyDirectory } from './key-directory.js';
import { missingKeyFile } from './key-file.js';

export interface NodeFile {
  readonly nodeId: string;
  readonly files: readonly string[];
}

export const NODE_FILE = 'node.json';
const OWN_FILES = [
  'access-mark.json',
  'anchor.json',
  'development-authority.json',
  'mark.json',
  'replication.json',
  'seal.json',
] as const;
const OWN_FILE = oneOf(...OWN_FILES);

export function nodeContent(nodeId: string, files: readonly string[]): JsonObject {
  return { nodeId, ...(files.length > 0 && { files: [...files].sort() }) };
}

export function readNode(members: JsonMembers): NodeFile {
  const nodeId = members.required('nodeId', NODE_ID);
  return { nodeId, files: members.optional('files', arrayOf(OWN_FILE, OWN_FILES.length)) ?? [] };
}

/** Made if the store is new. @throws KeysError KEYS_MISSING if it only looks so. */
export async function openNode(
  keys: KeyDirectory,
  random: RandomSource,
  dataDirectory: string,
): Promise<NodeFile> {
  const known = await keys.readIfThere(NODE_FILE, readNode);
  if (known !== null) return known;
  // It is the first file ever written: where there are others, it was lost.
  if ((await keys.names()).some((name) => name.endsWith('.json'))) throw missingKeyFile(NODE_FILE);
  if (await hasData(dataDirectory))
    throw new KeysError(
      'KEYS_MISSING',
      'the key store is empty, and the data directory is not: restore the key store that belongs to it',
    );
  const nodeId = toHex(randomBytes(random, 16));
  await keys.create(NODE_FILE, nodeContent(nodeId, []));
  return { nodeId, files: [] };
}

/** Whether a node has written here: its keys were there before that. */
async function hasData(dataDirectory: string): Promise<boolean> {
  try {
    return (await readdir(dataDirectory)).some((name) => DATA.has(name));
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') return false;
    throw cause;
  }
}

const DATA: ReadonlySet<string> = new Set(['FORMAT', 'catalog', 'journal', 'run.json']);
