import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pinnedBlocks } from '../src/anchoring/pinned-blocks.js';
import type { LeafIndex } from '../src/base/brand.js';
import { canonicalJsonBytes } from '../src/base/canonical-json.js';
import type { HexDigest } from '../src/base/hex-digest.js';
import { appendRecords } from '../src/commands/append-records.js';
import { sealEntry } from '../src/commands/seal-entry.js';
import { formatEvidence } from '../src/evidence/format-evidence.js';
import { NO_TRUST, parseTrust } from '../src/evidence/trust.js';
import { verifyEvidence } from '../src/evidence/verify.js';
import { goOnAsSuccessor } from '../src/go-on.js';
import { exportEvidence } from '../src/queries/export-evidence.js';
import { findEntry } from '../src/queries/find-entry.js';
import { NO_MARKS } from '../src/queries/receipt.js';
import { trustFile } from '../src/queries/trust-file.js';
import { parseStatement } from '../src/records/parse-statement.js';
import { parseRecordInput } from '../src/records/record-input.js';
import { parseCertificate } from '../src/signing/certificate.js';
import { trustAnchorFrom } from '../src/signing/trust-anchor.js';
import { removeDirectory, temporaryDirectory } from './support/temporary-directory.js';
import { openTestNode, type TestNode } from './support/test-node.js';

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(async () => {
  await removeDirectory(root);
});

async function append(opened: TestNode, count: number): Promise<void> {
  const { node, clock, random } = opened;
  const tenant = node.tenantNamed('default');
  if (!node.store.ledgersOf(tenant.handle).some(({ identity }) => identity.name === 'kyc'))
    await node.store.createLedger(tenant, 'kyc');
  const requests = Array.from({ length: count }, (_, n) => ({
    record: parseRecordInput({
      type: 'test.Record',
      subject: 'anna',
      key: `k${n % 3}`,
      payload: { n },
    }),
    idempotencyKey: null,
  }));
  await appendRecords(
    {
      store: node.store,
      clock,
      random,
      marksOf: node.marksOf,
      idempotencyKey: (handle) => node.tenantKeys(handle).idempotency,
    },
    { tenant: tenant.handle, ledger: 'kyc', author: 'key:test' },
    requests,
  );
}

async function evidenceOf(opened: TestNode, id: number | string): Promise<Uint8Array> {
  const { node } = opened;
  const tenant = node.tenantNamed('default');
  const found = await findEntry(node.store.ledger(tenant.handle, 'kyc'), String(id));
  const file = await exportEvidence(
    {
      vault: node.store.vaultOf(tenant.handle),
      anchored: node.anchored,
      witnessed: node.witnessed,
      identity: (reader) => node.identities.of(tenant.handle, reader),
    },
    found,
  );
  return formatEvidence(file);
}

async function trustOf(opened: TestNode): Promise<ReturnType<typeof parseTrust>> {
  return parseTrust(
    canonicalJsonBytes(
      trustFile({
        name: 'the node itself',
        certificates: opened.roots,
        recoveryKey: opened.node.tenantNamed('default').recoveryKey,
        chain: 'devchain',
        blocks: await pinnedBlocks(opened.node.anchors, 100),
        isDevelopment: true,
        handovers: [],
      }),
    ),
  );
}

describe('a node', () => {
  it('leads a record to evidence that verifies on trust', async () => {
    const opened = await openTestNode(root);
    await append(opened, 5);
    await opened.node.anchorNow();
    await append(opened, 5);
    const tenant = opened.node.tenantNamed('default');
    const ledger = opened.node.store.ledger(tenant.handle, 'kyc');
    await sealEntry(
      {
        clock: opened.clock,
        random: opened.random,
        marksOf: () => ({ ...NO_MARKS, anchored: ledger.reader.head.size }),
        trustAnchors: opened.roots.map((der) => trustAnchorFrom(parseCertificate(der))),
      },
      opened.node.seal,
      {
        ledger,
        vault: opened.node.store.vaultOf(tenant.handle),
        found: await findEntry(ledger, '7'),
        author: 'key:test',
      },
    );
    const status = await opened.node.anchorNow();
    expect(status.settledSize).toBe(status.epochSize);
    const bytes = await evidenceOf(opened, 7);
    const trust = await trustOf(opened);
    await opened.close();
    const report = verifyEvidence(bytes, trust);
    expect(
      report.checks.filter(({ result, word }) => result === 'fail' || word === 'self'),
    ).toEqual([]);
    expect(report.result).toBe('verified');
    expect(verifyEvidence(bytes, NO_TRUST).result).toBe('consistent');
  });

  it('goes on after a restart with what it had anchored', async () => {
    let opened = await openTestNode(root);
    await append(opened, 4);
    await opened.node.anchorNow();
    const before = await evidenceOf(opened, 2);
    await opened.close();
    opened = await openTestNode(root);
    expect((await evidenceOf(opened, 2)).length).toBeGreaterThan(before.length / 2);
    await append(opened, 4);
    await opened.node.anchorNow();
    const report = verifyEvidence(await evidenceOf(opened, 6), await trustOf(opened));
    expect(report.result).toBe('verified');
    await opened.close();
  });

  it('does not write in a data directory that was restored from an older copy', async () => {
    let opened = await openTestNode(root);
    await append(opened, 4);
    await opened.close();
    await cp(join(root, 'data'), join(root, 'copy'), { recursive: true });
    opened = await openTestNode(root);
    await append(opened, 4);
    await opened.close();
    await rm(join(root, 'data'), { recursive: true });
    await cp(join(root, 'copy'), join(root, 'data'), { recursive: true });
    await expect(openTestNode(root)).rejects.toMatchObject({ code: 'LEDGER_READ_ONLY' });
  });

  it('does not know any more what it promised to others once it goes on with an older copy', async () => {
    const origin = 'log.example/acme/shared';
    const promised = { node: 'ab'.repeat(32) as HexDigest, number: 4 };
    let opened = await openTestNode(root);
    await opened.close();
    await cp(join(root, 'data'), join(root, 'copy'), { recursive: true });
    opened = await openTestNode(root);
    const { keyStore, clock, random } = opened;
    await keyStore.putGroupPromise(origin, { promised, memory: 'whole', run: 2 });
    await opened.close();
    await rm(join(root, 'data'), { recursive: true });
    await cp(join(root, 'copy'), join(root, 'data'), { recursive: true });
    const dataDirectory = join(root, 'data');
    await goOnAsSuccessor({ dataDirectory, keyStore, clock, random, cause: 'an old copy' });
    expect(await keyStore.groupPromise(origin)).toMatchObject({ promised, memory: 'behind' });
  });

  it.each([
    ['of the run before, as a crash leaves them', 1, 'whole'],
    ['older than its data', 2, 'behind'],
  ] as const)('knows what it promised with keys %s', async (_, runs, memory) => {
    const origin = 'log.example/acme/shared';
    const promised = { node: 'ab'.repeat(32) as HexDigest, number: 4 };
    let opened = await openTestNode(root);
    await opened.keyStore.putGroupPromise(origin, { promised, memory: 'whole', run: 1 });
    const mark = await opened.keyStore.mark();
    if (mark === null) throw new Error('a node that runs has a mark');
    await opened.close();
    for (let run = 0; run < runs; run++) await (await openTestNode(root)).close();
    await opened.keyStore.putMark(mark);
    opened = await openTestNode(root);
    expect(await opened.keyStore.groupPromise(origin)).toMatchObject({ promised, memory });
    await opened.close();
  });

  it('goes on in successors after a loss when it is told to, and proves old and new entries', async () => {
    let opened = await openTestNode(root);
    await append(opened, 4);
    await opened.node.anchorNow();
    await opened.close();
    await cp(join(root, 'data'), join(root, 'copy'), { recursive: true });
    opened = await openTestNode(root);
    await append(opened, 4);
    await opened.node.anchorNow();
    const { keyStore, clock, random } = opened;
    await opened.close();
    await rm(join(root, 'data'), { recursive: true });
    await cp(join(root, 'copy'), join(root, 'data'), { recursive: true });
    const dataDirectory = join(root, 'data');
    const cause = 'disk lost, restored from the copy of the day before';
    const wentOn = await goOnAsSuccessor({ dataDirectory, keyStore, clock, random, cause });
    expect(wentOn.map(({ recoveredSize }) => recoveredSize).sort()).toEqual([1, 2, 5]);
    expect(wentOn[0]?.origin).toMatch(/\/_access\/2$/);
    opened = await openTestNode(root);
    const tenant = opened.node.tenantNamed('default');
    const ledger = opened.node.store.ledger(tenant.handle, 'kyc');
    expect(ledger.reader.origin).toMatch(/\/kyc\/2$/);
    const { statement } = await ledger.reader.entry(0 as LeafIndex);
    expect(parseStatement(statement)).toMatchObject({ kind: 'loss', cause, recoveredSize: 5 });
    const access = opened.node.store.ledger(tenant.handle, '_access').reader;
    const restored = await access.entry(1 as LeafIndex);
    expect(access.origin).toMatch(/\/_access\/2$/);
    expect(parseStatement(restored.statement)).toMatchObject({ type: 'chirograph.Access' });
    await append(opened, 3);
    await opened.node.anchorNow();
    const trust = await trustOf(opened);
    expect(verifyEvidence(await evidenceOf(opened, 2), trust).result).toBe('verified');
    const [old] = ledger.logs;
    if (old === undefined) throw new Error('the old log is gone');
    const id = Buffer.from((await old.entry(3 as LeafIndex)).leafHash).toString('hex');
    expect(verifyEvidence(await evidenceOf(opened, id), trust).result).toBe('verified');
    await opened.close();
  });
});
