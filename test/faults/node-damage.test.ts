/** What a node keeps beside its ledgers is read when it opens, and refused if it was cut short. */
import { cp, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rejection } from '../support/errors.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestNode } from '../support/test-node.js';

let root: string;
beforeAll(async () => {
  root = await temporaryDirectory();
  const { node, close } = await openTestNode(join(root, 'source'));
  await node.store.createLedger(node.tenantNamed('default'), 'kyc');
  await node.anchorNow();
  await close();
}, 60_000);
afterAll(() => removeDirectory(root));

const CASES: readonly (readonly [what: string, file: RegExp])[] = [
  ['mark', /^data\.keys\/mark\.json$/],
  ['seal', /^data\.keys\/seal\.json$/],
  ['anchor key', /^data\.keys\/anchor\.json$/],
  ['run file', /^data\/run\.json$/],
  ['last epoch', /^data\/epochs\/[^/]+\/.*\.json$/],
  ['anchor chain', /^data\/anchors\/[^/]+\/chain\.json$/],
];

describe('a node whose own files are damaged', () => {
  it.each(CASES)('is refused when its %s was cut short', async (_, pattern) => {
    const directory = join(root, 'case');
    await rm(directory, { recursive: true, force: true });
    await cp(join(root, 'source'), directory, { recursive: true });
    const files = (await readdir(directory, { recursive: true })).filter((name) =>
      pattern.test(name),
    );
    const file = join(directory, files.sort().at(-1) ?? '');
    await truncate(file, (await readFile(file)).length >> 1);
    expect((await rejection(openTestNode(directory))).message.length).toBeGreaterThan(10);
  });
});
