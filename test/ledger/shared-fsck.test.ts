/** What `fsck` makes of what only a shared ledger has in the stores of its members: kept checkpoints, and secrets of others. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { utf8 } from '../../src/base/bytes.js';
import { RandomPool } from '../../src/base/random.js';
import { DirectoryKeyStore } from '../../src/keys/directory-key-store.js';
import { rebuildState } from '../../src/ledger/fsck.js';
import { noteKey } from '../../src/ledger/internal/state-keys.js';
import { WriteState } from '../../src/ledger/internal/write-state.js';
import { type Member, membersOf, prepare, SharedLife, TENANT } from '../faults/shared-life.js';
import { fsckFindings } from '../support/fsck-findings.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';

let root: string;
let other: Member;
/** A checkpoint that the other keeps, by a key that it never had. */
let kept: { readonly log: number; readonly size: number; readonly note: string };

beforeEach(async () => {
  root = await temporaryDirectory();
  await prepare(root);
  const members = membersOf(root);
  for (const member of members) await member.open();
  const life = new SharedLife(...members);
  await life.live();
  [, other] = members;
  const { reader } = other.ledger;
  // Of the founder's last block, which the other took.
  const note = reader.checkpoint() ?? '';
  kept = { log: reader.number, size: reader.head.size, note };
  await members[0].close();
});
afterEach(async () => {
  await other.close();
  await removeDirectory(root);
});

const findings = (): Promise<string[]> => fsckFindings(other.root);

async function rewrite(size: number, note: string): Promise<void> {
  await other.close();
  const state = await WriteState.open(join(other.root, 'data', 'state'));
  await state.write([[noteKey(kept.log, size), utf8(note)]]);
  await state.flush();
  await state.close();
}

it('finds nothing wrong with two secrets of one scope, of which the last is found by it', async () => {
  const { store } = other.opened;
  const vault = store.vaultOf(store.tenantNamed(TENANT)?.handle ?? '');
  const [first] = (await vault.scopes(null)) ?? [];
  if (first === undefined) throw new Error('a vault without secrets');
  const { scope } = first;
  const [rowId, secret] = [new Uint8Array(16).fill(1), new Uint8Array(32).fill(2)];
  await other.shared.secrets.adopt([{ rowId, scope, secret }]);
  expect((await vault.find(scope))?.rowId).toEqual(rowId);
  expect((await vault.secretOfRow(first.rowId))?.secret).toBeDefined();
  await other.close();
  expect(await findings()).toEqual([]);
  await other.open();
  const again = other.opened.store.vaultOf(store.tenantNamed(TENANT)?.handle ?? '');
  expect((await again.find(scope))?.rowId).toEqual(rowId);
});

it('finds a kept checkpoint that says something else', async () => {
  await rewrite(kept.size, kept.note.replace(`\n${kept.size}\n`, `\n${kept.size - 1}\n`));
  expect(await findings()).toEqual([
    expect.stringContaining(`the checkpoint that was kept of ${kept.size} entries`),
  ]);
});

it('finds a checkpoint that is kept of other entries than it is of', async () => {
  const { reader } = other.ledger;
  const earlier = await reader.checkpointAt((kept.size - 2) as never);
  await rewrite(kept.size, earlier);
  expect(await findings()).toEqual([
    expect.stringContaining(`the checkpoint that was kept of ${kept.size} entries`),
  ]);
});

it('finds a kept checkpoint that no key of the log has signed', async () => {
  const [text, signature = ''] = kept.note.split('\n\n');
  const end = signature.slice(0, -8);
  await rewrite(kept.size, `${text ?? ''}\n\n${end}AAAAAA=\n`);
  expect(await findings()).toEqual([
    expect.stringContaining(`the checkpoint that was kept of ${kept.size} entries`),
  ]);
});

it('finds a checkpoint of entries at which no block ends', async () => {
  await rewrite(kept.size + 100, kept.note);
  expect(await findings()).toEqual([
    expect.stringContaining('checkpoints were kept of sizes that no block ends at'),
  ]);
});

it('keeps them when the write state is made again', async () => {
  await other.close();
  const [dataDirectory, directory] = [join(other.root, 'data'), join(other.root, 'data.keys')];
  const random = new RandomPool();
  const keyStore = await DirectoryKeyStore.open({ directory, dataDirectory, random });
  await rebuildState({ dataDirectory, keyStore, random, progress: () => undefined });
  expect(await findings()).toEqual([]);
  await other.open();
  const { reader } = other.ledger;
  expect(reader.checkpoint()).toBe(kept.note);
  expect(await reader.checkpointAt(kept.size as never)).toBe(kept.note);
});
