/** The export of a person as PDF, by a whole node: what is in it, what is not, and what is on record of it. */
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { canonicalJson, type JsonValue } from '../../src/base/canonical-json.js';
import type { SubjectExport } from '../../src/queries/subject-export.js';
import { REPORT_LIMITS } from '../../src/reports/pdf-report.js';
import { inlinePrinting, type PrintJob } from '../../src/reports/print-job.js';
import { accessEntries } from '../access/support/disclosures.js';
import { readPdf, textOf } from '../reports/support/read-pdf.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestService, type TestService } from '../support/test-service.js';
import { answer, append, createLedger, problem } from './support/ledger-client.js';

const PATH = '/v1/ledgers/kyc/subjects/ada/export';
const SUSPICION = 'test.Suspicion';

let root: string;
let node: TestService;
/** Of the next report. */
let print: PrintJob;
beforeEach(async () => {
  root = await temporaryDirectory();
  print = inlinePrinting();
  node = await openTestService(root, { print: (job, signal) => print(job, signal) });
  await createLedger(node, 'kyc');
});
afterEach(async () => {
  await node.service.close();
  await removeDirectory(root);
});

async function configure(json: object): Promise<void> {
  await answer(node.request('/v1/tenants/default', { method: 'PUT', json }));
}

interface Pdf {
  readonly headers: Headers;
  readonly text: string;
  /** The file inside. */
  readonly json: string;
}

async function pdf(query = '?format=pdf', headers = {}): Promise<Pdf> {
  const response = await node.request(`${PATH}${query}`, { headers });
  const bytes = new Uint8Array(await response.arrayBuffer());
  expect(response.status).toBe(200);
  const content = readPdf(bytes);
  expect(content.files).toHaveLength(1);
  const json = Buffer.from(content.files[0]?.bytes ?? []).toString('utf8');
  return { headers: response.headers, text: textOf(content), json };
}

const home = (city: string): object => ({
  type: 'test.Residence',
  subject: 'ada',
  key: 'home',
  payload: { city },
});

/** Records of Ada and of others, in which each has parts about the other. */
async function someRecords(): Promise<string> {
  const { id } = await append(node, 'kyc', home('Lisbon'));
  await append(node, 'kyc', {
    ...home('Porto'),
    parts: [{ subject: 'bob', payload: { note: 'secret of bob' } }],
  });
  await append(node, 'kyc', {
    type: 'test.Loan',
    subject: 'bob',
    payload: { sum: 'sum of bob' },
    parties: ['ada'],
    parts: [{ subject: 'ada', payload: { guarantor: 'for a loan' } }],
  });
  const sign = { json: { signer: 'seal' } };
  await answer(node.request(`/v1/ledgers/kyc/records/${id}/signatures`, sign), 201);
  return id;
}

describe('the export of a person as PDF', () => {
  it('has what the JSON has, and the JSON itself', async () => {
    const id = await someRecords();
    const { headers, text, json } = await pdf('', { accept: 'application/pdf' });
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'application/pdf',
      'content-disposition': 'attachment; filename="subject-export-kyc.pdf"',
      'content-language': 'en',
      'cache-control': 'no-store',
      vary: 'Accept',
    });
    const inside = JSON.parse(json) as SubjectExport;
    const given = await answer<SubjectExport>(node.request(PATH));
    expect(inside).toEqual({ ...given, exportedAt: inside.exportedAt });
    for (const part of [
      'Person ada',
      'Controller default',
      '"Lisbon"',
      '"Porto"',
      'Version 1 of 2',
      'Version 2 of 2',
      'A part about you: type test.Loan',
      'Named as a party: type test.Loan',
      '"for a loan"',
      'Signature 1 of 1',
      'Parts of your records',
      'The rest of records that name you',
      'does not say whether there are any',
    ])
      expect(text).toContain(part);
    expect(text.replaceAll(' ', '')).toContain(id);
    expect(text + json).not.toMatch(/secret of|sum of|bob/);
  });

  it('comes in German, with what the controller says of itself', async () => {
    await configure({
      legalName: 'Beispielbank AG, Vaduz',
      notices: [{ label: 'Zwecke', text: 'Verhinderung von Geldwäsche' }],
    });
    const { headers, text } = await pdf('?format=pdf&language=de');
    expect(headers.get('content-language')).toBe('de');
    for (const part of [
      'Auskunft über personenbezogene Daten',
      'Beispielbank AG, Vaduz',
      'Zwecke Verhinderung von Geldwäsche',
      'Über diese Person ist nichts eingetragen.',
      'Sonst wurde nichts weggelassen.',
    ])
      expect(text).toContain(part);
  });

  it('is JSON where nothing is said, and the query goes before Accept', async () => {
    const types = async (query: string, accept: string): Promise<string | null> =>
      (await node.request(`${PATH}${query}`, { headers: { accept } })).headers.get('content-type');
    expect(await types('', '*/*')).toBe('application/json');
    expect(await types('?format=json', 'application/pdf')).toBe('application/json');
    expect(await types('?format=pdf', 'application/json')).toBe('application/pdf');
    const html = node.request(PATH, { headers: { accept: 'text/html' } });
    expect(await problem(html, 406)).toBe('NOT_ACCEPTABLE');
    for (const query of ['?format=xml', '?language=fr', '?format=pdf&more=1'])
      expect(await problem(node.request(PATH + query), 400)).toBe('REQUEST_INVALID');
    // Neither of the refused is on record as shown.
    expect(await accessEntries(node, { action: 'subject:export' })).toHaveLength(3);
  });

  it('is on record, with its format, before a byte of it leaves', async () => {
    await someRecords();
    let letGoOn: () => void = () => undefined;
    const goOn = new Promise<void>((resolve) => (letGoOn = resolve));
    print = async function* (job, signal) {
      let isFirst = true;
      for await (const piece of inlinePrinting()(job, signal)) {
        yield piece;
        if (isFirst) await goOn;
        isFirst = false;
      }
    };
    const response = await node.request(`${PATH}?format=pdf`);
    // Its first bytes are there, and its last are not made.
    const entries = await accessEntries(node, { action: 'subject:export' });
    expect(entries).toMatchObject([
      {
        outcome: 'disclosed',
        question: { export: 'subject', format: 'pdf', language: 'en' },
        entries: { count: 5 },
      },
    ]);
    letGoOn();
    expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(0);
  });

  it('that would be too large is refused, and nothing is on record as shown', async () => {
    await someRecords();
    print = inlinePrinting({ ...REPORT_LIMITS, maxPages: 1 });
    expect(await problem(node.request(`${PATH}?format=pdf`), 400)).toBe('REPORT_TOO_LARGE');
    expect(await accessEntries(node, { action: 'subject:export' })).toEqual([]);
    // Its place is free again.
    await answer(node.request(PATH));
  });

  it('is not made for a client that has gone away', async () => {
    let begin: (signal: AbortSignal) => void = () => undefined;
    const begun = new Promise<AbortSignal>((resolve) => (begin = resolve));
    print = async function* (_, signal) {
      begin(signal);
      await once(signal, 'abort');
      yield* [];
      throw signal.reason;
    };
    const client = new AbortController();
    const headers = { authorization: `Bearer ${node.adminKey}` };
    const url = `${node.service.url}${PATH}?format=pdf`;
    const asked = fetch(url, { headers, signal: client.signal });
    const signal = await begun;
    client.abort();
    await expect(asked).rejects.toThrow();
    if (!signal.aborted) await once(signal, 'abort');
    expect(signal.reason).toMatchObject({ code: 'BODY_INCOMPLETE' });
  });
});

describe('what restricted types say of a person', () => {
  const suspicion = (payload: JsonValue): object => ({ type: SUSPICION, subject: 'ada', payload });

  it('is in no export, also where it was recorded before, nor is there a trace of it', async () => {
    await append(node, 'kyc', home('Lisbon'));
    const { id } = await append(node, 'kyc', {
      ...suspicion({ why: 'of a suspicion' }),
      parts: [{ subject: 'bob', payload: { why: 'of a part' } }],
    });
    await append(node, 'kyc', {
      type: SUSPICION,
      subject: 'bob',
      payload: { why: 'of another' },
      parties: ['ada'],
      parts: [{ subject: 'ada', payload: { why: 'of a mention' } }],
    });
    const sign = { json: { signer: 'seal' } };
    await answer(node.request(`/v1/ledgers/kyc/records/${id}/signatures`, sign), 201);
    const before = await pdf();
    expect(before.text).toContain('of a suspicion');

    await createLedger(node, 'sar');
    await configure({ restrictedTypes: { [SUSPICION]: 'sar' } });
    const { text, json } = await pdf();
    expect(text).toContain('"Lisbon"');
    expect(text + json).not.toMatch(/suspicion"|Suspicion|of a part|of a mention|of another/);
    expect(text.replaceAll(' ', '') + json).not.toContain(id);
    expect(JSON.parse(json)).toMatchObject({ mentions: [], signatures: [], leftOut: [] });
    // Nor does what is said of left-out data tell whether there was any.
    const untold = (await pdf('?format=pdf', {})).text;
    expect(untold).toContain('Nothing else was left out.');
    const [entry] = (await accessEntries(node, { action: 'subject:export' })).slice(-1);
    expect(canonicalJson(entry?.entries ?? null)).toContain('"count":1');
  });

  it('has no export in a ledger of its own, also for those who may read there', async () => {
    await createLedger(node, 'sar');
    await configure({ restrictedTypes: { [SUSPICION]: 'sar' } });
    const officer = await answer<{ id: string; key: string }>(
      node.request('/v1/keys', { json: { role: 'none' } }),
      201,
    );
    const path = '/v1/ledgers/sar/subjects/ada/export?format=pdf';
    const ask = (): Promise<Response> => node.request(path, { key: officer.key });
    expect(await problem(ask(), 403)).toBe('ACCESS_DENIED');
    const grant = { to: { key: officer.id }, role: 'officer', ledger: 'sar' };
    await answer(node.request('/v1/grants', { json: grant }), 201);
    const refused = await answer<{ code: string; detail: string }>(ask(), 403);
    expect(refused).toMatchObject({ code: 'ACCESS_DENIED' });
    expect(refused.detail).toContain('restricted');
  });
});
