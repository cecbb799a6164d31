/** Files that records attach: a real node, over HTTP alone. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/base/canonical-json.js';
import { NO_TRUST } from '../../src/evidence/trust.js';
import { verifyBytes } from '../../src/evidence/verify-file.js';
import { verifyEvidence } from '../../src/evidence/verify.js';
import { readPdf, textOf } from '../reports/support/read-pdf.js';
import { erase } from '../retention/erasure-client.js';
import { DAY, setPolicies } from '../retention/retention-node.js';
import { FakeClock } from '../support/fake-clock.js';
import { fileRecord, preparerOfFiles, sha256Of } from '../support/file-entries.js';
import { openSuiteService } from '../support/suite-service.js';
import type { TestService } from '../support/test-service.js';
import {
  answer,
  append,
  appendLines,
  createLedger,
  ledgerOf,
  newKey,
  problem,
} from './support/ledger-client.js';

const RECORDS = '/v1/ledgers/kyc/records';
const SUBJECT = 'customer-4711';
const RECORD = { type: 'bank.Identification', subject: SUBJECT, payload: { document: 'passport' } };

let node: TestService;
let officer: string;
/** Leaf hashes of two files of the customer, one of somebody else's, and one of another ledger. */
let front: string;
let back: string;
let others: string;
let elsewhere: string;
const clock = new FakeClock(1_800_000_000_000);

openSuiteService(
  async (opened) => {
    node = opened;
    officer = await newKey(node, 'officer');
    const policy = { basis: 'a rule', period: { days: 1 }, clock: { kind: 'recorded' } };
    await setPolicies(node, { short: policy });
    for (const ledger of ['kyc', 'contracts']) await createLedger(node, ledger);
  },
  { clock, preparer: preparerOfFiles() },
);

beforeEach(async () => {
  const put = async (ledger: string, subject: string, content: string): Promise<string> =>
    (await append(node, ledger, fileRecord(subject, content))).id;
  front = await put('kyc', SUBJECT, 'front');
  back = await put('kyc', SUBJECT, 'back, the longer side');
  others = await put('kyc', 'customer-4712', 'front');
  elsewhere = await put('contracts', SUBJECT, 'front');
});

const post = (record: object, headers: Record<string, string> = {}): Promise<Response> =>
  node.request(RECORDS, { json: record, headers });

const attached = (...files: readonly string[]): JsonObject => ({
  ...RECORD,
  attachments: files.map((file) => ({ file })),
});

function claimed(record: JsonObject, contents: readonly string[]): JsonObject {
  const payloads = ['{"document":"passport"}', ...contents].map(sha256Of);
  const { type, subject } = RECORD;
  return {
    ...record,
    claim: { $v: 1, author: 'ada', nonce: '0'.repeat(32), payloads, subject, type },
  };
}

async function refusal(record: object): Promise<JsonObject> {
  const { size } = await ledgerOf(node, 'kyc');
  const said = await answer<JsonObject>(post(record), 400);
  expect((await ledgerOf(node, 'kyc')).size).toBe(size);
  return said;
}

describe('a record with attachments', () => {
  it('says what was attached, in its order, wherever it is shown', async () => {
    const record = {
      ...RECORD,
      attachments: [{ file: front, name: 'front, "the" side.pdf' }, { file: back }],
    };
    const { id } = await append(node, 'kyc', record);
    const expected = [
      {
        ...{ file: front, name: 'front, "the" side.pdf', mediaType: 'application/pdf' },
        ...{ sha256: sha256Of('front'), size: 5 },
      },
      {
        ...{ file: back, mediaType: 'application/pdf' },
        ...{ sha256: sha256Of('back, the longer side'), size: 21 },
      },
    ];
    const entry = await answer<{ index: number }>(node.request(`${RECORDS}/${id}`));
    expect(entry).toMatchObject({ attachments: expected });
    const subject = await answer<{ items: JsonObject[] }>(
      node.request(`/v1/ledgers/kyc/subjects/${SUBJECT}`),
    );
    expect(subject.items.find((one) => one['id'] === id)).toMatchObject({ attachments: expected });

    const exported = await (await node.request('/v1/ledgers/kyc/export')).text();
    const line = exported.split('\n')[entry.index] ?? '';
    expect(JSON.parse(line)).toMatchObject({ id, attachments: expected });
    const csv = await (await node.request('/v1/ledgers/kyc/export?format=csv')).text();
    const rows = csv.split('\r\n');
    expect(rows[0]?.endsWith(',erased,attachments')).toBe(true);
    expect(rows[entry.index + 1]).toContain(`""name"":""front, \\""the\\"" side.pdf""`);
    expect(rows[entry.index]?.endsWith(',')).toBe(true);
  });

  it('is in the export of its subject, as JSON and as pages', async () => {
    const subject = `exported ${front.slice(0, 8)}`;
    const { id: file } = await append(node, 'kyc', fileRecord(subject, 'of hers'));
    const attachments = [{ file, name: 'hers.pdf' }];
    const { id } = await append(node, 'kyc', { ...RECORD, subject, attachments });
    const path = `/v1/ledgers/kyc/subjects/${encodeURIComponent(subject)}/export`;
    const made = await answer<{ records: JsonObject[] }>(node.request(path));
    const expected = { name: 'hers.pdf', sha256: sha256Of('of hers'), size: 7 };
    expect(made.records.find((one) => one['id'] === id)).toMatchObject({
      attachments: [{ file, mediaType: 'application/pdf', ...expected }],
    });
    const pages = await (await node.request(`${path}?format=pdf`)).arrayBuffer();
    const text = textOf(readPdf(new Uint8Array(pages))).replaceAll(/\s/g, '');
    expect(text).toContain(`Attachedashers.pdf`);
    expect(text).toContain(sha256Of('of hers'));
  });

  it('is shown by its evidence with what was attached', async () => {
    const { id } = await append(node, 'kyc', attached(front));
    const bytes = await (await node.request(`${RECORDS}/${id}/evidence`)).arrayBuffer();
    const report = verifyEvidence(new Uint8Array(bytes), NO_TRUST);
    expect(report.checks.filter(({ result }) => result === 'fail')).toEqual([]);
    expect(report.entry?.disclosed?.attachments).toMatchObject([
      { entry: front, sha256: sha256Of('front'), size: 5 },
    ]);
  });

  it('is proven beside the evidence of the file itself, which says what it brought', async () => {
    const evidenceOf = async (id: string): Promise<Uint8Array> =>
      new Uint8Array(await (await node.request(`${RECORDS}/${id}/evidence`)).arrayBuffer());
    const { entry } = verifyEvidence(await evidenceOf(front), NO_TRUST);
    expect(entry).toMatchObject({
      id: front,
      brings: { mediaType: 'application/pdf', sha256: sha256Of('front'), size: 5 },
    });
    const subject = `customer with ${front}`;
    const { id: file } = await append(node, 'kyc', fileRecord(subject, 'of both'));
    await append(node, 'kyc', { ...attached(file), subject });
    const path = `/v1/ledgers/kyc/subjects/${encodeURIComponent(subject)}/evidence`;
    const collection = new Uint8Array(await (await node.request(path)).arrayBuffer());
    const { checks } = verifyBytes(collection, NO_TRUST);
    expect(checks.find(({ id }) => id === 'attachments')).toMatchObject({
      ...{ result: 'pass', facts: { count: 1, shown: 1 } },
    });
  });

  it('is taken with a claim that covers them, and with no other', async () => {
    const key = await answer<{ key: string }>(
      node.request('/v1/keys', { json: { role: 'writer', author: 'ada' } }),
      201,
    );
    const send = (contents: readonly string[]): Promise<Response> =>
      node.request(RECORDS, { json: claimed(attached(front, back), contents), ...key });
    await answer(send(['front', 'back, the longer side']), 201);
    for (const wrong of [
      [],
      ['front'],
      ['back, the longer side', 'front'],
      ['front', 'back, the other side'],
    ])
      expect(await problem(send(wrong), 400)).toBe('RECORD_CLAIM_DIFFERS');
  });

  it('may be a line among others, and each stands alone', async () => {
    const lines = [RECORD, attached(front), attached(front, others), attached('0'.repeat(64))];
    const answers = await appendLines(node, 'kyc', [...lines, attached(back)]);
    expect(answers.map(({ code = 'taken' }) => code)).toEqual([
      ...['taken', 'taken', 'RECORD_ATTACHMENT_REFUSED', 'RECORD_ATTACHMENT_UNKNOWN', 'taken'],
    ]);
    expect(answers[2]).toMatchObject({ errors: [{ pointer: '/attachments/1' }] });
  });

  it('is refused with what the ledger does not have, be it in another', async () => {
    for (const file of ['0'.repeat(64), elsewhere])
      expect(await refusal(attached(front, file))).toMatchObject({
        code: 'RECORD_ATTACHMENT_UNKNOWN',
        errors: [{ pointer: '/attachments/1' }],
      });
  });

  it('is refused with a file of another subject, whose SHA-256 it would keep', async () => {
    const said = await refusal(attached(others));
    expect(said).toMatchObject({ code: 'RECORD_ATTACHMENT_REFUSED' });
    expect(JSON.stringify(said)).not.toContain('4712');
  });

  it.each<[string, () => Promise<string>]>([
    ['a record that is no file', async () => (await append(node, 'kyc', RECORD)).id],
    [
      'a record of somebody’s that says what a file says',
      async () => {
        const { payload } = fileRecord(SUBJECT, 'front');
        return (await append(node, 'kyc', { type: 'bank.File', subject: SUBJECT, payload })).id;
      },
    ],
    [
      'a delete marker',
      async () => {
        const marker = fileRecord(SUBJECT, '', { manifest: { action: 'delete' } });
        return (await append(node, 'kyc', marker)).id;
      },
    ],
    [
      'the first entry of the ledger',
      async () => (await answer<{ id: string }>(node.request(`${RECORDS}/0`))).id,
    ],
  ])('is refused with %s', async (_, entry) => {
    expect(await refusal(attached(await entry()))).toMatchObject({
      code: 'RECORD_ATTACHMENT_REFUSED',
      errors: [{ pointer: '/attachments/0' }],
    });
  });

  it('is refused with a file that was erased; one that was taken before is taken again', async () => {
    const put = fileRecord(SUBJECT, 'gone', { retention: 'short' });
    const { id: file } = await append(node, 'kyc', put);
    const record = claimed(attached(file), ['gone']);
    const key = await answer<{ key: string }>(
      node.request('/v1/keys', { json: { role: 'writer', author: 'ada' } }),
      201,
    );
    const once = { headers: { 'idempotency-key': `once-${file}` }, ...key };
    const first = await append(node, 'kyc', record, once);
    clock.advance(30 * DAY);
    await erase(node, { class: 'short' }, officer);

    expect(await refusal(attached(file))).toMatchObject({ code: 'RECORD_ATTACHMENT_REFUSED' });
    const twice = { headers: { 'idempotency-key': `twice-${file}` }, ...key };
    const again = node.request(RECORDS, { json: record, ...twice });
    expect(await problem(again, 400)).toBe('RECORD_ATTACHMENT_REFUSED');
    expect(
      await answer<JsonObject>(node.request(RECORDS, { json: record, ...once })),
    ).toMatchObject({
      id: first.id,
    });
    const other = { ...record, attachments: [{ file, name: 'another name' }] };
    expect(await problem(node.request(RECORDS, { json: other, ...once }), 409)).toBe(
      'LEDGER_IDEMPOTENCY_CONFLICT',
    );
  });

  it('goes with its subject, files and all', async () => {
    const subject = 'customer-4713';
    const { id: file } = await append(node, 'kyc', fileRecord(subject, 'his'));
    const { id } = await append(node, 'kyc', { ...attached(file), subject });
    await erase(node, { subject }, officer);
    const left = await answer<JsonObject>(node.request(`${RECORDS}/${id}`));
    expect(left).toMatchObject({ erased: true });
    expect(left).not.toHaveProperty('attachments');
  });
});
