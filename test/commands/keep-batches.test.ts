import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LeafIndex, TreeSize } from '../../src/base/brand.js';
import { UTC } from '../../src/base/calendar.js';
import { digestToHex } from '../../src/base/hex-digest.js';
import { addSignatureVersion } from '../../src/commands/add-signature-version.js';
import { appendRecords } from '../../src/commands/append-records.js';
import { type BatchOrder, BatchKeeper } from '../../src/commands/keep-batches.js';
import { signEntry } from '../../src/commands/sign-entry.js';
import { NO_TRUST } from '../../src/evidence/trust.js';
import { verifyEvidence } from '../../src/evidence/verify.js';
import { plainDraft } from '../../src/ledger/entry-draft.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { listBatches } from '../../src/queries/batches.js';
import { evidenceFile } from '../../src/queries/entry-evidence.js';
import { listSignatures, signatureBytes } from '../../src/queries/list-signatures.js';
import type { LedgerLogs } from '../../src/queries/tenant-ledgers.js';
import { parseStatement } from '../../src/records/parse-statement.js';
import { parseRecordInput } from '../../src/records/record-input.js';
import { formatStatement } from '../../src/records/statement.js';
import { parseCertificate } from '../../src/signing/certificate.js';
import { trustAnchorFrom } from '../../src/signing/trust-anchor.js';
import { issueTo, signCades } from '../signing/support/test-pki.js';
import { augmented } from '../support/augmented-cms.js';
import { fsckFindings } from '../support/fsck-findings.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestNode, type TestNode } from '../support/test-node.js';

let root: string;
let opened: TestNode;
let keeper: BatchKeeper;
let ledger: Ledger;
let logs: LedgerLogs;
let order: BatchOrder;

beforeEach(async () => {
  root = await temporaryDirectory();
  opened = await openTestNode(root);
  await opened.node.createLedger('default', 'kyc');
  arrange();
  await append('anna', 'bruno');
});

afterEach(async () => {
  await opened.close();
  await removeDirectory(root);
});

function arrange(): void {
  const { node, clock } = opened;
  ledger = node.store.ledger(node.store.tenantNamed('default')?.handle ?? '', 'kyc');
  const vault = node.store.vaultOf(ledger.identity.tenant);
  logs = { ledger, vault, marksOf: deps().marksOf, clock, timeZone: UTC };
  keeper = new BatchKeeper({ ...deps(), seal: node.seal });
  order = { ledger, vault, author: 'operator', signer: 'seal' };
}

function deps() {
  const { node, clock, random, roots } = opened;
  const trustAnchors = roots.map((der) => trustAnchorFrom(parseCertificate(der)));
  return { clock, random, trustAnchors, marksOf: node.marksOf };
}

async function append(...subjects: string[]): Promise<void> {
  const { node } = opened;
  await appendRecords(
    {
      store: node.store,
      ...deps(),
      idempotencyKey: (handle) => node.tenantKeys(handle).idempotency,
    },
    { tenant: ledger.identity.tenant, ledger: 'kyc', author: 'bank' },
    subjects.map((subject) => ({
      record: parseRecordInput({ type: 'T', subject, payload: {} }),
      idempotencyKey: null,
    })),
  );
}

async function batchAt(index: number) {
  const statement = parseStatement((await ledger.reader.entry(index as LeafIndex)).statement);
  if (statement.kind !== 'batch') throw new Error('it is no batch');
  return statement;
}

async function kinds(): Promise<string[]> {
  const found: string[] = [];
  const { reader } = ledger;
  for await (const { statement } of reader.entries(0 as LeafIndex, reader.head.size))
    found.push(parseStatement(statement).kind);
  return found;
}

describe('a batch', () => {
  it('says what the checkpoint before it said, and is sealed', async () => {
    const kept = await keeper.cover(order);
    expect(kept).toMatchObject({ index: 3, isNew: true });
    expect(kept.attached?.report).toMatchObject({ indication: 'TOTAL-PASSED', intact: true });
    expect(await batchAt(3)).toMatchObject({
      origin: ledger.reader.origin,
      size: 3,
      rootHash: digestToHex(await ledger.reader.rootAt(3 as TreeSize)),
    });
    expect(await kinds()).toEqual(['ledger', 'record', 'record', 'batch', 'signature']);
  });

  it('is not made again for what is about batches alone', async () => {
    const { index } = await keeper.cover(order);
    // Raised and countersigned since.
    const [signature] = await ledger.reader.attachedTo(await entryHash(index), 1);
    const { bytes } = await signatureBytes(logs, String(index), 0);
    await addSignatureVersion(deps(), logs, {
      index: signature?.index ?? (0 as LeafIndex),
      cms: augmented(bytes, Uint8Array.of(1)),
      author: 'node',
    });
    await sign(String((signature?.index ?? 0) + 1));
    expect(await keeper.cover(order)).toEqual({ index, isNew: false, attached: null });
    await append('carla');
    expect(await keeper.cover(order)).toMatchObject({ isNew: true });
    expect((await listBatches(logs, { limit: 10 })).items).toHaveLength(2);
  });

  it('is made for a signature over a record, which is somebody’s', async () => {
    await keeper.cover(order);
    await sign('1');
    expect(await keeper.cover(order)).toMatchObject({ isNew: true });
  });

  it('is one, however many ask for it at once', async () => {
    const made = await Promise.all([1, 2, 3].map(() => keeper.cover(order)));
    expect(made.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await kinds()).toEqual(['ledger', 'record', 'record', 'batch', 'signature']);
  });

  it('that a crash left without a seal is sealed by whoever comes next', async () => {
    await keeper.cover({ ...order, signer: null });
    await opened.close();
    opened = await openTestNode(root);
    arrange();
    expect(await keeper.cover(order)).toMatchObject({ index: 3, isNew: false });
    expect(await kinds()).toEqual(['ledger', 'record', 'record', 'batch', 'signature']);
  });

  it('is for others to sign where nobody’s seal is asked for', async () => {
    const { index } = await keeper.cover({ ...order, signer: null });
    expect((await listBatches(logs, { limit: 1 })).items).toMatchObject([{ index, signatures: 0 }]);
    await signByOfficer(index);
    expect((await listBatches(logs, { limit: 1 })).items).toMatchObject([{ index, signatures: 1 }]);
  });

  it('that others have signed is sealed all the same, once', async () => {
    const { index } = await keeper.cover({ ...order, signer: null });
    await signByOfficer(index);
    expect((await keeper.cover(order)).attached?.report.intact).toBe(true);
    expect(await keeper.cover(order)).toEqual({ index, isNew: false, attached: null });
    expect(await kinds()).toEqual([
      'ledger',
      'record',
      'record',
      'batch',
      'signature',
      'signature',
    ]);
  });

  it('is not begun by a node without a seal that is asked for one', async () => {
    const without = new BatchKeeper({ ...deps(), seal: null });
    await expect(without.cover(order)).rejects.toMatchObject({ code: 'SEAL_NOT_CONFIGURED' });
    expect(await kinds()).not.toContain('batch');
  });

  it('that was made within a commit covers what came before it there', async () => {
    const { origin } = ledger.reader;
    const draft = plainDraft((place, rootBefore) => {
      const rootHash = digestToHex(rootBefore());
      return formatStatement({ kind: 'batch', ...place, origin, rootHash, size: place.index });
    });
    await ledger.append([draft, draft, draft]);
    for (const size of [3, 4, 5] as TreeSize[])
      expect((await batchAt(size)).rootHash).toBe(digestToHex(await ledger.reader.rootAt(size)));
    await opened.close();
    expect(await fsckFindings(root)).toEqual([]);
    opened = await openTestNode(root);
    arrange();
    const { items, next } = await listBatches(logs, { limit: 2 });
    expect(items.map(({ index }) => index)).toEqual([5, 4]);
    expect(next).toBe(4);
    const rest = await listBatches(logs, { limit: 2, below: 4 });
    expect([rest.items.map(({ index }) => index), rest.next]).toEqual([[3], null]);
  });

  it.each([
    ['of another tree', { rootHash: digestToHex(new Uint8Array(32)) }, 'of another tree'],
    ['of more than there was', { size: 4 }, 'of another tree'],
    ['of another log', { origin: 'test.example/other/kyc' }, 'of another log'],
  ] as const)('%s is found by fsck', async (_, wrong, says) => {
    const { origin } = ledger.reader;
    const draft = plainDraft((place, rootBefore) => {
      const rootHash = digestToHex(rootBefore());
      const right = { kind: 'batch', ...place, origin, rootHash, size: place.index } as const;
      return formatStatement({ ...right, ...wrong });
    });
    await ledger.append([draft]);
    await opened.close();
    expect(await fsckFindings(root)).toEqual([expect.stringContaining(`a batch ${says}`)]);
    opened = await openTestNode(root);
  });
});

describe('evidence of an entry that nobody signed', () => {
  const evidence = async (id: string) => {
    const answer = await evidenceFile(opened.node, logs, id);
    return { ...answer, report: verifyEvidence(answer.bytes, NO_TRUST) };
  };

  it('has the first signed batch behind it, and who signed that', async () => {
    const { index } = await keeper.cover(order);
    await append('carla');
    await keeper.cover(order);
    const { report, shown } = await evidence('1');
    expect(report.checks).toContainEqual(expect.objectContaining({ id: 'batch', result: 'pass' }));
    expect(report.signatures).toMatchObject([
      { batch: index, signer: { subject: expect.any(String) } },
    ]);
    // Nothing is disclosed of anybody but the record's subject.
    expect(shown.map(({ subject }) => subject)).toEqual(['anna']);
    expect((await evidence('5')).report.signatures).toMatchObject([{ batch: 6 }]);
  });

  it('has none before there is one, or while nobody has signed it', async () => {
    const without = async () => (await evidence('1')).report.checks.map(({ id }) => id);
    expect(await without()).not.toContain('batch');
    await keeper.cover({ ...order, signer: null });
    expect(await without()).not.toContain('batch');
  });

  it('has signatures over the entry beside those over the batch, each with what it is over', async () => {
    await sign('1');
    const { index } = await keeper.cover(order);
    await sign(String(index + 1));
    const { report, shown } = await evidence('1');
    expect(report.signatures.map((one) => [one.index, one.batch])).toEqual([
      [3, undefined],
      [index + 1, index],
      [index + 2, undefined],
    ]);
    expect(report.result).toBe('consistent');
    expect(shown.map(({ subject }) => subject)).toEqual(['anna', 'anna']);
  });

  it('keeps the seal, whatever is attached to the batch after it, and however it is raised', async () => {
    const { index } = await keeper.cover(order);
    for (let n = 0; n < 20; n++) await signByOfficer(index);
    const { bytes } = await signatureBytes(logs, String(index), 0);
    const raised = await addSignatureVersion(deps(), logs, {
      index: (index + 1) as LeafIndex,
      cms: augmented(bytes, Uint8Array.of(1)),
      author: 'node',
    });
    const shown = (await evidence('1')).report.signatures;
    expect(shown).toHaveLength(16);
    expect(shown.at(-1)).toMatchObject({
      index: raised?.index,
      signer: { name: expect.stringContaining('seal') },
    });
  });

  it('has the first signed one behind any number of batches that nobody has signed', async () => {
    for (let n = 0; n < 70; n++) {
      await keeper.cover({ ...order, signer: null });
      await append('carla');
    }
    const { index } = await keeper.cover(order);
    expect((await evidence('1')).report.signatures).toMatchObject([{ batch: index }]);
  });

  it('is of a batch itself with the signatures over it', async () => {
    const { index } = await keeper.cover(order);
    const { report } = await evidence(String(index));
    expect(report).toMatchObject({ entry: { kind: 'batch' }, signatures: [{ index: index + 1 }] });
  });
});

describe('the signatures over a batch', () => {
  it('are listed and handed out, and disclose nobody', async () => {
    const { index } = await keeper.cover(order);
    const page = await listSignatures({ ...deps(), waitingOf: null }, logs, String(index), {
      limit: 10,
    });
    expect(page.items).toMatchObject([
      { index: index + 1, report: { indication: 'TOTAL-PASSED' } },
    ]);
    expect(page.shown).toEqual([]);
    expect((await signatureBytes(logs, String(index), 0)).shown).toEqual([]);
  });
});

/** By somebody of whom the node knows nothing. */
async function signByOfficer(index: LeafIndex): Promise<void> {
  const { statement } = await ledger.reader.entry(index);
  const signingTime = opened.clock.now();
  const cms = signCades(issueTo({ name: 'Officer' }), statement, { signingTime });
  const { node } = opened;
  const entry = { id: String(index), author: 'officer' };
  await signEntry({ ...deps(), seal: node.seal }, logs, entry, cms);
}

async function sign(id: string): Promise<void> {
  const { node } = opened;
  await signEntry({ ...deps(), seal: node.seal }, logs, { id, author: 'officer' }, 'seal');
}

async function entryHash(index: LeafIndex): Promise<Uint8Array> {
  return (await ledger.reader.entry(index)).leafHash;
}
