import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LeafIndex } from '../../src/base/brand.js';
import { toHex, utf8 } from '../../src/base/bytes.js';
import { UTC } from '../../src/base/calendar.js';
import { addSignatureVersion } from '../../src/commands/add-signature-version.js';
import { appendRecords } from '../../src/commands/append-records.js';
import {
  attachSignature,
  type AttachSignatureDeps,
  MAX_CMS_BYTES,
  type SignatureTarget,
} from '../../src/commands/attach-signature.js';
import { parseEvidence } from '../../src/evidence/parse-evidence.js';
import { NO_TRUST } from '../../src/evidence/trust.js';
import { verifyEvidence } from '../../src/evidence/verify.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { evidenceFile } from '../../src/queries/entry-evidence.js';
import { findEntry } from '../../src/queries/find-entry.js';
import { listSignatures, signatureBytes } from '../../src/queries/list-signatures.js';
import type { LedgerLogs } from '../../src/queries/tenant-ledgers.js';
import { parseRecordInput } from '../../src/records/record-input.js';
import { parseCertificate } from '../../src/signing/certificate.js';
import { trustAnchorFrom } from '../../src/signing/trust-anchor.js';
import { augmented } from '../support/augmented-cms.js';
import { fsckFindings } from '../support/fsck-findings.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestNode, type TestNode } from '../support/test-node.js';

let root: string;
let opened: TestNode;
let deps: AttachSignatureDeps;
let ledger: Ledger;
let logs: LedgerLogs;

beforeEach(async () => {
  root = await temporaryDirectory();
  opened = await openTestNode(root);
  const { node, clock, random, roots } = opened;
  ledger = await node.createLedger('default', 'kyc');
  const { tenant } = ledger.identity;
  const { marksOf } = node;
  await appendRecords(
    {
      store: node.store,
      clock,
      random,
      marksOf,
      idempotencyKey: (handle) => node.tenantKeys(handle).idempotency,
    },
    { tenant, ledger: 'kyc', author: 'bank' },
    ['anna', 'bruno'].map((subject) => ({
      record: parseRecordInput({ type: 'T', subject, payload: {} }),
      idempotencyKey: null,
    })),
  );
  const trustAnchors = roots.map((der) => trustAnchorFrom(parseCertificate(der)));
  deps = { clock, random, marksOf, trustAnchors };
  logs = { ledger, vault: node.store.vaultOf(tenant), marksOf, clock, timeZone: UTC };
});

afterEach(async () => {
  await opened.close();
  await removeDirectory(root);
});

async function targetOf(id: string): Promise<SignatureTarget> {
  return { ledger, vault: logs.vault, found: await findEntry(ledger, id), author: 'notary' };
}

async function sealOf(id: string): Promise<Uint8Array> {
  const { index } = await findEntry(ledger, id);
  const { statement } = await ledger.reader.entry(index);
  const cms = await opened.node.seal?.seal(statement, opened.clock.now());
  if (cms === undefined) throw new Error('the node has a seal');
  return cms;
}

/** Attaches a seal over an entry. @returns its CMS and the index of its entry. */
async function sign(id: string): Promise<{ cms: Uint8Array; index: LeafIndex; id: string }> {
  const cms = await sealOf(id);
  const { receipt } = await attachSignature(deps, await targetOf(id), cms);
  return { cms, index: receipt.index as LeafIndex, id: receipt.id };
}

const addTo = (index: LeafIndex, cms: Uint8Array) =>
  addSignatureVersion(deps, logs, { index, cms, author: 'node' });

const listing = () => ({ trustAnchors: deps.trustAnchors, waitingOf: null });

describe('a later version of a signature', () => {
  it('keeps its number, is shown in the place of the one before, which stays', async () => {
    const first = await sign('1');
    const other = await sign('1');
    const stamped = augmented(first.cms, utf8('time'));
    opened.clock.advance(1000);
    const version = await addTo(first.index, stamped);
    const again = augmented(stamped, utf8('more'));
    const last = await addTo(version?.index ?? (0 as LeafIndex), again);

    const { items } = await listSignatures(listing(), logs, '1', { limit: 10 });
    expect(items.map(({ number, index }) => [number, index])).toEqual([
      [0, last?.index],
      [1, other.index],
    ]);
    expect(items[0]?.versions.map(({ index }) => index)).toEqual([
      first.index,
      version?.index,
      last?.index,
    ]);
    expect(items[0]).toMatchObject({ author: 'notary', report: { intact: true } });
    const bytes = (version?: number) => signatureBytes(logs, '1', 0, version);
    expect((await bytes()).bytes).toEqual(again);
    expect((await bytes(0)).bytes).toEqual(first.cms);
    expect((await bytes(1)).bytes).toEqual(stamped);
    await expect(bytes(3)).rejects.toMatchObject({ code: 'LEDGER_ENTRY_UNKNOWN' });
    await expect(signatureBytes(logs, '1', 2)).rejects.toThrow('no signature of that number');
  });

  it('is followed by one other only, also when two are made at once', async () => {
    const { cms, index } = await sign('1');
    const made = await Promise.all(
      ['a', 'b', 'c'].map((what) => addTo(index, augmented(cms, utf8(what)))),
    );
    expect(made.filter((one) => one !== null)).toHaveLength(1);
    expect(await addTo(index, augmented(cms, utf8('late')))).toBeNull();
  });

  it('is refused if it is another signature, is no longer genuine, or is too large', async () => {
    const { cms, index } = await sign('1');
    opened.clock.advance(5000);
    await expect(addTo(index, await sealOf('1'))).rejects.toThrow('in another signature');
    await expect(addTo(index, utf8('no CMS'))).rejects.toMatchObject({ code: 'SIGNATURE_REFUSED' });
    const large = augmented(cms, new Uint8Array(MAX_CMS_BYTES));
    await expect(addTo(index, large)).rejects.toMatchObject({ code: 'SIGNATURE_LIMIT' });
    await expect(addTo(1 as LeafIndex, cms)).rejects.toThrow('only a signature');
  });

  it('is in evidence, which is verified, without the version before', async () => {
    const { cms, index } = await sign('1');
    const version = await addTo(index, augmented(cms, utf8('time')));
    const { bytes } = await evidenceFile(opened.node, logs, '1');
    const report = verifyEvidence(bytes, NO_TRUST);
    expect(report.signatures).toMatchObject([{ index: version?.index }]);
    expect(report.checks.find(({ id }) => id === 'signature:1')?.result).toBe('pass');
  });

  it('is followed in the log by what fsck finds nothing wrong with, also after a restart', async () => {
    const { cms, index } = await sign('1');
    const stamped = augmented(cms, utf8('time'));
    await addTo(index, stamped);
    await opened.close();
    expect(await fsckFindings(root)).toEqual([]);
    opened = await openTestNode(root);
    const reader = opened.node.store.ledger(ledger.identity.tenant, 'kyc').reader;
    const { leafHash } = await reader.entry(index);
    expect(await reader.following(leafHash)).toMatchObject({ index: index + 1 });
    expect(await reader.attachments(10)).toMatchObject([{ index }]);
  });
});

describe('a page of signatures', () => {
  it('ends once 1 MiB of them has been validated, and says where to go on', async () => {
    const large = await Promise.all(
      [0, 1, 2, 3].map(async () => {
        const { index, cms } = await sign('1');
        return addTo(index, augmented(cms, new Uint8Array(400 * 1024)));
      }),
    );
    expect(large).not.toContain(null);
    const first = await listSignatures(listing(), logs, '1', { limit: 10 });
    expect(first.items.map(({ number }) => number)).toEqual([0, 1, 2]);
    expect(first.shown).toHaveLength(3);
    expect(first.next).toBe(3);
    const rest = await listSignatures(listing(), logs, '1', { limit: 10, from: 3 });
    expect(rest.items.map(({ number }) => number)).toEqual([3]);
    expect(rest.next).toBeNull();
  });
});

describe('a signature over a signature', () => {
  it('is listed with what it is over, and counts under the record', async () => {
    const officer = await sign('1');
    const chief = await sign(officer.id);
    const { items } = await listSignatures(listing(), logs, '1', { limit: 10 });
    const record = toHex((await ledger.reader.entry(1 as LeafIndex)).leafHash);
    expect(items.map(({ of, depth, number }) => [number, depth, of])).toEqual([
      [0, 1, record],
      [1, 2, officer.id],
    ]);
    const under = await listSignatures(listing(), logs, officer.id, { limit: 10 });
    expect(under.items.map(({ id, depth }) => [id, depth])).toEqual([[chief.id, 1]]);
  });

  it('is in evidence with the very version that it is over, and the newest', async () => {
    const officer = await sign('1');
    const chief = await sign(officer.id);
    const version = await addTo(officer.index, augmented(officer.cms, utf8('time')));
    const { bytes } = await evidenceFile(opened.node, logs, '1');
    const report = verifyEvidence(bytes, NO_TRUST);
    expect(report.signatures.map(({ index }) => index)).toEqual([
      officer.index,
      chief.index,
      version?.index,
    ]);
    expect(report.signatures[1]).toMatchObject({ of: officer.id });
    expect(report.signatures[2]).toMatchObject({ previous: officer.id });
    expect(report.result).not.toBe('failed');
    expect(parseEvidence(bytes).signatures).toHaveLength(3);
  });

  it('is refused four deep, over another statement, and over what is no record', async () => {
    let id = '1';
    for (let depth = 0; depth < 4; depth++) ({ id } = await sign(id));
    await expect(sign(id)).rejects.toMatchObject({ code: 'SIGNATURE_LIMIT' });
    await expect(
      attachSignature(deps, await targetOf(id), await sealOf('1')),
    ).rejects.toMatchObject({ code: 'SIGNATURE_LIMIT' });
    await expect(
      attachSignature(deps, await targetOf('2'), await sealOf('1')),
    ).rejects.toMatchObject({ code: 'SIGNATURE_REFUSED' });
    await expect(sign('0')).rejects.toMatchObject({ code: 'SIGNATURE_OF_NO_RECORD' });
  });
});
