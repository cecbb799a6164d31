import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pinnedBlocks } from '../src/anchoring/pinned-blocks.js';
import type { LeafIndex } from '../src/base/brand.js';
import { toHex } from '../src/base/bytes.js';
import { canonicalJsonBytes } from '../src/base/canonical-json.js';
import { appendRecords } from '../src/commands/append-records.js';
import { formatEvidence } from '../src/evidence/format-evidence.js';
import { parseTrust } from '../src/evidence/trust.js';
import { verifyEvidence } from '../src/evidence/verify.js';
import { goOnAfterDamage, type Mended } from '../src/go-on-after-damage.js';
import { exportEvidence } from '../src/queries/export-evidence.js';
import { findEntry } from '../src/queries/find-entry.js';
import { trustFile } from '../src/queries/trust-file.js';
import { parseRecordInput } from '../src/records/record-input.js';
import { corePublicKeyOf, damageBlocks } from './support/damage-log.js';
import { removeDirectory, temporaryDirectory } from './support/temporary-directory.js';
import { openTestNode, type TestNode } from './support/test-node.js';

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(() => removeDirectory(root));

const KYC = 'kyc';
const CAUSE = 'a bad sector';

const ledgerOf = ({ node }: TestNode) => node.store.ledger(node.tenantNamed('default').handle, KYC);

/** Each record is a block of its own. */
async function append(opened: TestNode, count: number): Promise<void> {
  const { node, clock, random } = opened;
  const { handle } = node.tenantNamed('default');
  const deps = {
    store: node.store,
    clock,
    random,
    marksOf: node.marksOf,
    idempotencyKey: (tenant: string) => node.tenantKeys(tenant).idempotency,
  };
  const target = { tenant: handle, ledger: KYC, author: 'key:test' };
  for (let n = 0; n < count; n++) {
    const record = parseRecordInput({ type: 'test.Record', subject: 'anna', payload: { n } });
    await appendRecords(deps, target, [{ record, idempotencyKey: null }]);
  }
}

/** Leaf hashes of entries 0–12: anchored at 5 and at 9, the rest not. The node is closed. */
async function aLife(): Promise<string[]> {
  const opened = await openTestNode(root);
  const { node } = opened;
  await node.store.createLedger(node.tenantNamed('default'), KYC);
  for (const isAnchored of [true, true, false]) {
    await append(opened, 4);
    if (isAnchored) await node.anchorNow();
  }
  const { reader } = ledgerOf(opened);
  const ids = [];
  for await (const { leafHash } of reader.entries(0 as LeafIndex, reader.head.size))
    ids.push(toHex(leafHash));
  await opened.close();
  return ids;
}

async function damage(ledger: string, number: number): Promise<void> {
  const data = join(root, 'data');
  await damageBlocks(data, await corePublicKeyOf(data, ledger), [number], 'flip');
}

async function mend(): Promise<Mended> {
  const { keyStore, clock, random } = await keysOf();
  const dataDirectory = join(root, 'data');
  const progress = (): void => undefined;
  const options = { dataDirectory, keyStore, clock, random, cause: CAUSE, progress };
  return goOnAfterDamage({ ...options, damaged: 'all' });
}

async function keysOf(): Promise<Pick<TestNode, 'keyStore' | 'clock' | 'random'>> {
  const opened = await openTestNode(root);
  await opened.close();
  return opened;
}

/** What a stranger finds of an entry, by what the node exports. */
async function verdict(opened: TestNode, id: string) {
  const { node } = opened;
  const { handle, recoveryKey } = node.tenantNamed('default');
  const file = await exportEvidence(
    {
      vault: node.store.vaultOf(handle),
      anchored: node.anchored,
      witnessed: node.witnessed,
      identity: (reader) => node.identities.of(handle, reader),
    },
    await findEntry(ledgerOf(opened), id),
  );
  const trust = trustFile({
    name: 'the node itself',
    certificates: opened.roots,
    recoveryKey,
    chain: 'devchain',
    blocks: await pinnedBlocks(node.anchors, 100),
    isDevelopment: true,
    handovers: [],
  });
  const { result } = verifyEvidence(formatEvidence(file), parseTrust(canonicalJsonBytes(trust)));
  return { result, isAnchored: 'anchors' in file };
}

describe('a node whose ledger lost blocks', () => {
  it('proves what is left as far as it was anchored, and goes on', async () => {
    const ids = await aLife();
    await damage(KYC, 7);
    const { refusal, wentOn } = await mend();
    expect(refusal).toBeNull();
    expect(wentOn).toMatchObject([{ recoveredSize: 7 }]);
    const opened = await openTestNode(root);
    expect(ledgerOf(opened).logs.map(({ head }) => head.size)).toEqual([7, 1]);
    expect(await verdict(opened, ids[3] ?? '')).toEqual({ result: 'verified', isAnchored: true });
    // The head that was anchored next is beyond what is left: nothing leads to it any more.
    expect(await verdict(opened, ids[6] ?? '')).toEqual({ result: 'verified', isAnchored: false });
    await append(opened, 2);
    await opened.node.anchorNow();
    expect(await verdict(opened, '1')).toEqual({ result: 'verified', isAnchored: true });
    await opened.close();
  });
});

describe('a node whose epoch log lost blocks', () => {
  it('proves what the epochs that are left anchored, remembers the new ones, and goes on', async () => {
    const ids = await aLife();
    await damage('epochs', 2);
    const { refusal, wentOn } = await mend();
    expect(refusal).toBeNull();
    expect(wentOn).toMatchObject([{ origin: expect.stringMatching(/\/epochs\/2$/) }]);
    let opened = await openTestNode(root);
    expect(ledgerOf(opened).logs.map(({ head }) => head.size)).toEqual([13]);
    expect(await verdict(opened, ids[3] ?? '')).toEqual({ result: 'verified', isAnchored: true });
    expect(await verdict(opened, ids[7] ?? '')).toEqual({ result: 'verified', isAnchored: false });
    await opened.node.anchorNow();
    expect(await verdict(opened, ids[7] ?? '')).toEqual({ result: 'verified', isAnchored: true });
    await opened.close();
    opened = await openTestNode(root);
    await append(opened, 1);
    await opened.close();
  });

  it('still does not write if its data are older than its mark besides', async () => {
    await aLife();
    const data = join(root, 'data');
    await cp(data, join(root, 'copy'), { recursive: true });
    const opened = await openTestNode(root);
    await append(opened, 1);
    const { keyStore, clock, random } = opened;
    await opened.close();
    await rm(data, { recursive: true });
    await cp(join(root, 'copy'), data, { recursive: true });
    await damage('epochs', 2);
    const progress = (): void => undefined;
    const options = { dataDirectory: data, keyStore, clock, random, cause: CAUSE, progress };
    const { refusal } = await goOnAfterDamage({ ...options, damaged: 'all' });
    expect(refusal).toMatch(/older copy/);
    await expect(openTestNode(root)).rejects.toMatchObject({ code: 'LEDGER_READ_ONLY' });
  });
});
