import { describe, expect, it } from '@jest/globals';
import { openSuiteService } from '../support/suite-service.js';
import type { TestService } from '../support/test-service.js';
import {
  answer,
  appendLines,
  createLedger,
  ledgerOf,
  newKey,
  problem,
  type ReceiptView,
  RECORD,
  verifyReceipt,
} from './support/ledger-client.js';

const MAX_LINE_BYTES = 4096;
const NDJSON = { 'content-type': 'application/x-ndjson' };

let node: TestService;

openSuiteService(
  async (opened) => {
    node = opened;
    await createLedger(node, 'kyc');
  },
  {
    maxNdjsonLineBytes: MAX_LINE_BYTES,
    maxPayloadBytes: MAX_LINE_BYTES / 2,
  },
);

const record = (n: number): object => ({ type: 'T', subject: `s${n % 7}`, payload: { n } });

describe('a stream of records', () => {
  it('is answered line by line, in order, with receipts that verify', async () => {
    const { verifierKey, size } = await ledgerOf(node, 'kyc');
    const lines = Array.from({ length: 1500 }, (_, n) => record(n));
    const answers = (await appendLines(node, 'kyc', lines)) as unknown as ReceiptView[];
    expect(answers.map(({ index }) => index)).toEqual(lines.map((_, n) => size + n));
    for (const [at, receipt] of answers.entries()) {
      if (![0, 1, 511, 512, 1023, 1024, 1499].includes(at)) continue;
      verifyReceipt(receipt, verifierKey);
      const entry = await answer(node.request(`/v1/ledgers/kyc/records/${receipt.id}`));
      expect(entry).toMatchObject({ payload: { n: at } });
    }
    expect((await ledgerOf(node, 'kyc')).size).toBe(size + 1500);
  });

  it('goes on after its 500th line, which is wrong', async () => {
    const { size } = await ledgerOf(node, 'kyc');
    const lines = Array.from({ length: 1000 }, (_, n): object | string =>
      n === 499 ? { ...record(n), subject: 7 } : record(n),
    );
    const answers = await appendLines(node, 'kyc', lines);
    expect(answers).toHaveLength(1000);
    expect(answers[499]).toMatchObject({ code: 'RECORD_MALFORMED', line: 500, status: 400 });
    expect(answers.filter((one) => 'code' in one)).toHaveLength(1);
    expect(answers[500]).toMatchObject({ index: size + 499 });
    expect((await ledgerOf(node, 'kyc')).size).toBe(size + 999);
  });

  it('has a problem in the place of each line that is wrong, whatever is wrong with it', async () => {
    const { size } = await ledgerOf(node, 'kyc');
    const good = record(0);
    const wrong: [object | string, string][] = [
      ['', 'JSON_MALFORMED'],
      ['{', 'JSON_MALFORMED'],
      ['{"type":"T","type":"T"}', 'JSON_NOT_CANONICAL'],
      ['{"__proto__":{}}', 'JSON_NOT_CANONICAL'],
      [{ ...good, payload: { n: 'x'.repeat(MAX_LINE_BYTES / 2) } }, 'RECORD_TOO_LARGE'],
      [{ ...good, payload: { n: 'x'.repeat(MAX_LINE_BYTES) } }, 'LINE_TOO_LONG'],
      [{ ...good, validFrom: '2026-02-30T00:00:00.000Z' }, 'RECORD_MALFORMED'],
      [{ ...good, attachments: [{ file: '0'.repeat(64) }] }, 'RECORD_ATTACHMENT_UNKNOWN'],
      [{ ...good, idempotencyKey: 7 }, 'RECORD_MALFORMED'],
      [{ ...good, idempotencyKey: 'a b' }, 'RECORD_MALFORMED'],
      [[], 'RECORD_MALFORMED'],
    ];
    const lines = wrong.flatMap(([line]) => [good, line]);
    const answers = await appendLines(node, 'kyc', lines);
    expect(answers.map((one) => one['code'])).toEqual(
      wrong.flatMap(([, code]) => [undefined, code]),
    );
    expect(answers.map((one) => one['line'])).toEqual(
      wrong.flatMap((_, at) => [undefined, 2 * at + 2]),
    );
    expect((await ledgerOf(node, 'kyc')).size).toBe(size + wrong.length);
  });

  it('knows bytes that are not UTF-8 by their line', async () => {
    const text = (n: number): Buffer => Buffer.from(`${JSON.stringify(record(n))}\n`);
    const body = Buffer.concat([text(1), Buffer.from([0x22, 0xff, 0x22, 0x0a]), text(2)]);
    const response = await node.request('/v1/ledgers/kyc/records', { body, headers: NDJSON });
    const answers = (await response.text()).trimEnd().split('\n');
    expect(answers.map((line) => (JSON.parse(line) as { code?: string }).code)).toEqual([
      undefined,
      'BYTES_MALFORMED',
      undefined,
    ]);
  });

  it('takes an idempotency key in each line, and gives the first receipt again', async () => {
    const { size } = await ledgerOf(node, 'kyc');
    const keyed = (n: number, key: string): object => ({ ...record(n), idempotencyKey: key });
    const answers = await appendLines(node, 'kyc', [
      keyed(1, 'one'),
      keyed(2, 'two'),
      keyed(1, 'one'),
      keyed(3, 'two'),
    ]);
    expect(answers[2]).toEqual(answers[0]);
    expect(answers[3]).toMatchObject({ code: 'LEDGER_IDEMPOTENCY_CONFLICT', line: 4 });
    expect(await appendLines(node, 'kyc', [keyed(2, 'two')])).toEqual([answers[1]]);
    expect((await ledgerOf(node, 'kyc')).size).toBe(size + 2);
  });

  it('shares its idempotency keys with single requests', async () => {
    const [first] = await appendLines(node, 'kyc', [{ ...RECORD, idempotencyKey: 'both' }]);
    const again = node.request('/v1/ledgers/kyc/records', {
      json: RECORD,
      headers: { 'idempotency-key': 'both' },
    });
    expect(await answer(again, 200)).toEqual(first);
  });

  it('that is empty has an empty answer', async () => {
    expect(await appendLines(node, 'kyc', [])).toEqual([]);
  });
});

describe('a stream that is refused as a whole', () => {
  const stream = (path: string, headers = {}, key?: string): Promise<Response> =>
    node.request(path, {
      body: JSON.stringify(RECORD),
      headers: { ...NDJSON, ...headers },
      ...(key !== undefined && { key }),
    });

  it('has the idempotency key in the header, an unknown ledger, or no good key', async () => {
    const { size } = await ledgerOf(node, 'kyc');
    const path = '/v1/ledgers/kyc/records';
    expect(await problem(stream(path, { 'idempotency-key': 'k' }), 400)).toBe('REQUEST_INVALID');
    expect(await problem(stream('/v1/ledgers/nope/records'), 404)).toBe('LEDGER_UNKNOWN');
    expect(await problem(stream(path, {}, 'nonsense'), 401)).toBe('ACCESS_KEY_UNKNOWN');
    const reader = await newKey(node, 'reader');
    expect(await problem(stream(path, {}, reader), 403)).toBe('ACCESS_DENIED');
    expect((await ledgerOf(node, 'kyc')).size).toBe(size);
  });
});
