/** What is left of an erased person at the targets of backups, and in what is restored from them: nothing that opens. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { answer } from '../api/support/ledger-client.js';
import { nodeFindings } from '../faults/damaged-node.js';
import { settle } from '../retention/erasure-client.js';
import {
  approve,
  copyNode,
  type ErasureWorld,
  expectErased,
  foundIn,
  makeErasureWorld,
} from '../retention/erasure-world.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestService, type Requests } from '../support/test-service.js';
import { bringBack } from './backed-node.js';

let root: string;
let place: string;
let world: ErasureWorld;
beforeEach(async () => {
  root = await temporaryDirectory();
  place = join(root, 'node');
  world = await makeErasureWorld(root);
  await copyNode(world.before, place);
  await mkdir(join(place, 'target'));
});
afterEach(() => removeDirectory(root));

async function backUp(node: Requests): Promise<void> {
  await answer(node.request('/v1/backups', { json: {} }), 202);
  for (let state = ''; state !== 'idle';) {
    const { items } = await answer<{ items: { state: string; problem?: string }[] }>(
      node.request('/v1/backups'),
    );
    expect(items[0]?.problem).toBeUndefined();
    state = items[0]?.state ?? 'idle';
  }
}

it('contents, salts and secrets are in no file of data, views, keys or targets, nor in what is restored', async () => {
  const settings = { backupDirectories: [join(place, 'target')] };
  const node = await openTestService(place, settings, world.adminKey);
  try {
    // Of before the erasure, and of after it.
    await backUp(node);
    await approve(node, world);
    await settle(node);
    await expectErased(node, world);
    await backUp(node);
  } finally {
    await node.service.close();
  }
  expect(await foundIn(place, world, ['data', 'data.keys', 'target'])).toEqual([]);
  for (const number of [1, 2]) {
    const into = `again-${number}`;
    await bringBack(place, into, { number });
    const again = await openTestService(join(place, into), {}, world.adminKey);
    await again.service.close();
    expect(await foundIn(join(place, into), world)).toEqual([]);
    expect(await nodeFindings(join(place, into))).toEqual([]);
  }
}, 120_000);
