/** Which logs have `erasure` entries: looked up once, and never missed when one comes later. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { foundKey, NODE, wordKey } from '../../src/ledger/internal/state-keys.js';
import { WriteState } from '../../src/ledger/internal/write-state.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';

const HASH = new Uint8Array(32).fill(7);
let root: string;
let state: WriteState;

beforeEach(async () => {
  root = await temporaryDirectory();
  state = await WriteState.open(root);
});
afterEach(async () => {
  await state.close();
  await removeDirectory(root);
});

it('has none before one is written, and then has one', async () => {
  expect(await state.hasErasures(1)).toBe(false);
  await state.write([
    [foundKey(1, 'group', 3), HASH],
    [foundKey(1, 'erased', 4), HASH],
    [foundKey(2, 'erasure', 4), HASH],
    [foundKey(NODE, 'erasure', 4), HASH],
    [wordKey(1), HASH],
  ]);
  expect([await state.hasErasures(1), await state.hasErasures(2)]).toEqual([false, true]);
  await state.write([[foundKey(1, 'erasure', 5), HASH]]);
  expect(await state.hasErasures(1)).toBe(true);
});

it('has what was there before it was opened, and nothing of what was cleared', async () => {
  await state.write([[foundKey(1, 'erasure', 0), HASH]]);
  await state.close();
  state = await WriteState.open(root);
  expect([await state.hasErasures(1), await state.hasErasures(2)]).toEqual([true, false]);
  await state.clear(1);
  expect(await state.hasErasures(1)).toBe(false);
});

it('sees one that is written while it looks', async () => {
  const looking = state.hasErasures(1);
  await state.write([[foundKey(1, 'erasure', 0), HASH]]);
  await looking;
  expect(await state.hasErasures(1)).toBe(true);
});
