import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { UTC } from '../../src/base/calendar.js';
import { tagsScope } from '../../src/base/secret-scope.js';
import { appendRecords } from '../../src/commands/append-records.js';
import {
  attachSignature,
  type AttachSignatureDeps,
  type SignatureTarget,
} from '../../src/commands/attach-signature.js';
import { MAX_SIGNATURES } from '../../src/evidence/evidence-file.js';
import { evidenceFile } from '../../src/queries/entry-evidence.js';
import { findEntry } from '../../src/queries/find-entry.js';
import { parseRecordInput } from '../../src/records/record-input.js';
import { parseCertificate } from '../../src/signing/certificate.js';
import { trustAnchorFrom } from '../../src/signing/trust-anchor.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestNode, type TestNode } from '../support/test-node.js';

let root: string;
let opened: TestNode;
let deps: AttachSignatureDeps;
let target: SignatureTarget;
let cms: Uint8Array;

beforeEach(async () => {
  root = await temporaryDirectory();
  opened = await openTestNode(root);
  const { node, clock, random, roots } = opened;
  const ledger = await node.createLedger('default', 'kyc');
  const { tenant } = ledger.identity;
  const { marksOf } = node;
  const idempotencyKey = (handle: string): Uint8Array => node.tenantKeys(handle).idempotency;
  const record = parseRecordInput({ type: 'T', subject: 'anna', payload: {} });
  await appendRecords(
    { store: node.store, clock, random, marksOf, idempotencyKey },
    { tenant, ledger: 'kyc', author: 'bank' },
    [{ record, idempotencyKey: null }],
  );
  const found = await findEntry(ledger, '1');
  const { statement } = await found.reader.entry(found.index);
  cms = (await node.seal?.seal(statement, clock.now())) ?? new Uint8Array();
  const trustAnchors = roots.map((der) => trustAnchorFrom(parseCertificate(der)));
  deps = { clock, random, marksOf, trustAnchors };
  target = { ledger, vault: node.store.vaultOf(tenant), found, author: 'notary' };
});

afterEach(async () => {
  await opened.close();
  await removeDirectory(root);
});

describe('attaching a signature', () => {
  it('that comes to nothing leaves no secret of its author waiting in the vault', async () => {
    const { store } = opened.node;
    const notary = tagsScope('notary');
    store.refuseWrites('for the test');
    await expect(attachSignature(deps, target, cms)).rejects.toMatchObject({
      code: 'LEDGER_READ_ONLY',
    });
    expect(await target.vault.find(notary)).toBeNull();
    store.allowWrites();
    await attachSignature(deps, target, cms);
    expect(await target.vault.find(notary)).not.toBeNull();
  });

  it('is refused beyond what an evidence file can hold, which can then still be made', async () => {
    // Some at a time share a commit, and its sync.
    const some = Array.from({ length: 16 });
    for (let made = 0; made < MAX_SIGNATURES; made += some.length)
      await Promise.all(some.map(async () => attachSignature(deps, target, cms)));
    const { size } = target.ledger.reader.head;
    await expect(attachSignature(deps, target, cms)).rejects.toMatchObject({
      code: 'SIGNATURE_LIMIT',
    });
    expect(target.ledger.reader.head.size).toBe(size);
    const { ledger, vault } = target;
    const reading = {
      ledger,
      vault,
      marksOf: deps.marksOf,
      clock: deps.clock,
      timeZone: UTC,
    };
    const file = await evidenceFile(opened.node, reading, '1');
    expect(file.bytes.length).toBeGreaterThan(MAX_SIGNATURES * cms.length);
  });
});
