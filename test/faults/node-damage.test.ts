/**
 * Whatever the damage of a file that a node reads to start, the node does not start: it names the file,
 * or what it was to hold. (`damage.test.ts` asks `fsck` first, which reads more.)
 */
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiKeyRegistry } from '../../src/access/api-key-registry.js';
import { DEFAULT_TENANT } from '../../src/access/tenant-name.js';
import { rejection } from '../support/errors.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestNode } from '../support/test-node.js';

let root: string;
beforeAll(async () => {
  root = await temporaryDirectory();
  const { node, close } = await start(join(root, 'source'));
  await node.store.createLedger(node.tenantNamed('default'), 'kyc');
  await node.anchorNow();
  await close();
});
afterAll(() => removeDirectory(root));

/** As a service does, but for its HTTP. */
async function start(directory: string) {
  const opened = await openTestNode(directory);
  const { clock, random, keyStore: memory } = opened;
  try {
    const registry = await ApiKeyRegistry.open(join(directory, 'data'), { clock, random, memory });
    await registry.createFirst(DEFAULT_TENANT);
    return opened;
  } catch (cause) {
    await opened.close();
    throw cause;
  }
}

const FILES: readonly (readonly [what: string, file: RegExp, says: RegExp])[] = [
  ['node file', /^data\.keys\/node\.json$/, /node\.json/],
  ['keys of a log', /^data\.keys\/log\..*$/, /log\.[0-9a-f]+\.json/],
  ['root key', /^data\.keys\/tenant\..*\.root\.json$/, /\.root\.json/],
  ['vault key', /^data\.keys\/tenant\..*\.vault\..*$/, /\.vault\.1\.json/],
  ['mark', /^data\.keys\/mark\.json$/, /mark\.json/],
  ['memory of API keys', /^data\.keys\/access-mark\.json$/, /access-mark\.json/],
  ['seal', /^data\.keys\/seal\.json$/, /seal\.json/],
  ['anchor key', /^data\.keys\/anchor\.json$/, /anchor\.json/],
  ['run file', /^data\/run\.json$/, /run\.json/],
  ['API keys', /^data\/access\.json$/, /access\.json/],
  ['catalog', /^data\/catalog\/.*\.json$/, /^catalog: /],
  ['format', /^data\/FORMAT$/, /FORMAT|format/],
  ['journal', /^data\/journal\/.*$/, /journal/],
  ['vault', /^data\/vault\/.*\.rows$/, /vault file of generation 1/],
  ['anchor chain', /^data\/anchors\/[^/]+\/chain\.json$/, /chain\.json/],
  ['development chain', /^data\/devchain$/, /development chain/],
];

const flip = (bytes: Buffer, at: number): Buffer =>
  Buffer.from(bytes.map((byte, place) => (place === at ? byte ^ 4 : byte)));

const DAMAGES: readonly (readonly [how: string, damage: (bytes: Buffer) => Buffer])[] = [
  ['cut in half', (bytes) => bytes.subarray(0, bytes.length >> 1)],
  ['flipped near its beginning', (bytes) => flip(bytes, Math.min(5, bytes.length - 1))],
  ['flipped in its middle', (bytes) => flip(bytes, bytes.length >> 1)],
  ['flipped near its end', (bytes) => flip(bytes, Math.max(0, bytes.length - 9))],
];

describe('a node does not start when its', () => {
  it.each(
    FILES.flatMap((file) => DAMAGES.map((damage) => [file[0], damage[0], file, damage] as const)),
  )('%s was %s', async (_, __, [, pattern, says], [, damage]) => {
    const directory = join(root, 'case');
    await rm(directory, { recursive: true, force: true });
    await cp(join(root, 'source'), directory, { recursive: true });
    const names = await readdir(directory, { recursive: true });
    const file = join(directory, names.filter((name) => pattern.test(name)).sort()[0] ?? '');
    await writeFile(file, damage(await readFile(file)));
    expect((await rejection(start(directory))).message).toMatch(says);
  });
});
