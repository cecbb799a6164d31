/**
 * Heads of epochs of format 1 (docs/formats/epoch.md), which lie in one file an epoch because the epoch log holds
 * only their root. Nothing is written here any more.
 */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fromBase64 } from '../base/bytes.js';
import {
  arrayOf,
  COUNT,
  JSON_OBJECT,
  JsonMembers,
  textLike,
  HANDLE,
} from '../base/json-members.js';
import { parseStoredJson } from '../base/stored-json.js';
import type { EpochChange } from './epoch-changes.js';
import { AnchoringError } from './errors.js';

const MAX_HEADS = 1_000_000;
const ORIGIN = textLike(/^[\x21-\x7e]{1,512}$/, 'an origin');
const HEAD = textLike(/^[A-Za-z0-9+/]{208}$/, 'base64 of 156 bytes');

/**
 * @param directory of the epoch log's files.
 * @throws AnchoringError EPOCH_HEADS_DAMAGED if the file is missing or not what was written.
 */
export async function readFormat1Heads(directory: string, epoch: number): Promise<EpochChange[]> {
  const name = `${String(epoch).padStart(12, '0')}.json`;
  const place = `epochs/${basename(directory)}/${name}`;
  const content = parseStoredJson(place, await bytesOf(join(directory, name), epoch), {
    damaged: (reason) => damaged(epoch, reason),
    newer: (format, known) =>
      damaged(epoch, `it has format ${format}; this version reads up to ${known}`),
  });
  const members = new JsonMembers(content, (reason) => damaged(epoch, reason));
  if (members.required('epoch', COUNT) !== epoch) throw damaged(epoch, 'it is of another epoch');
  const heads = members.required('heads', arrayOf(JSON_OBJECT, MAX_HEADS)).map((item) => {
    const head = new JsonMembers(item, (reason) => damaged(epoch, reason));
    const tenant = head.required('tenant', HANDLE);
    const log = head.required('log', HANDLE);
    head.required('origin', ORIGIN);
    const statement = fromBase64(head.required('statement', HEAD), 156);
    head.end();
    return { tenant, log, statement };
  });
  members.end();
  return heads;
}

async function bytesOf(path: string, epoch: number): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw damaged(epoch, 'it cannot be read, or is missing', cause);
  }
}

function damaged(epoch: number, reason: string, cause?: unknown): AnchoringError {
  const message = `the heads of epoch ${epoch} are damaged: ${reason}`;
  return new AnchoringError('EPOCH_HEADS_DAMAGED', message, { cause });
}
