import { describe, expect, it } from '@jest/globals';
import { utf8 } from '../../src/base/bytes.js';
import type { CollectionReport } from '../../src/evidence/collection-report.js';
import { formatCollection } from '../../src/evidence/format-collection.js';
import { parseCollection } from '../../src/evidence/parse-collection.js';
import { parseTrust } from '../../src/evidence/trust.js';
import {
  type FileReport,
  isCollectionReport,
  verifyBytes,
} from '../../src/evidence/verify-file.js';
import { collectionContainer } from '../../src/queries/evidence-container.js';
import { openSuiteService } from '../support/suite-service.js';
import type { TestService } from '../support/test-service.js';
import { answer, append, createLedger, ledgerOf, problem } from './support/ledger-client.js';

let node: TestService;
let trust: ReturnType<typeof parseTrust>;
openSuiteService(async (opened) => {
  node = opened;
  await createLedger(node, 'kyc');
  const of = (subject: string, city: string): object => ({
    type: 'test.Residence',
    subject,
    key: 'home',
    payload: { city },
  });
  await append(node, 'kyc', of('ada', 'Lisbon'));
  await append(node, 'kyc', of('bob', 'Berne'));
  await append(node, 'kyc', { ...of('ada', 'Porto'), parties: ['bob'] });
  await append(node, 'kyc', {
    ...of('eve', 'Riga'),
    parts: [{ subject: 'ada', payload: { role: 'guarantor' } }],
  });
  trust = parseTrust(utf8(await (await node.request('/v1/trust')).text()));
});

const path = (subject: string, query = ''): string => `/v1/ledgers/kyc/subjects/${subject}${query}`;

async function file(subject: string, query = ''): Promise<Uint8Array> {
  const response = await node.request(path(subject, `/evidence${query}`));
  expect(response.status).toBe(200);
  return new Uint8Array(await response.arrayBuffer());
}

function collection(report: FileReport): CollectionReport {
  if (!isCollectionReport(report)) throw new Error('a collection has questions');
  return report;
}

describe('?proof=complete', () => {
  it('gives the proof with the answer, of a size that a map covers', async () => {
    const page = await answer<{
      asOf: { size: number };
      items: unknown[];
      completeness: { items: { index: number }[]; checkpoint: string; map: object };
    }>(node.request(path('ada', '?proof=complete')));
    expect(page.completeness.items.map(({ index }) => index)).toEqual([1, 3, 4]);
    expect(page.asOf.size).toBeGreaterThan(4);
    expect(page.completeness.checkpoint).toContain('/kyc\n');
  });

  it('says that nothing is recorded of a stranger', async () => {
    const asked = node.request(path('nobody', '?proof=complete'));
    expect(await problem(asked, 404)).toBe('QUERY_SUBJECT_UNKNOWN');
  });

  it('proves an earlier size by a later map', async () => {
    const page = await answer<{ asOf: { size: number }; completeness: { items: unknown[] } }>(
      node.request(path('ada', '?proof=complete&asOf=3')),
    );
    expect(page.asOf.size).toBe(3);
    expect(page.completeness.items).toHaveLength(1);
  });
});

describe('a collection', () => {
  it('verifies offline, and says which version stood', async () => {
    const report = collection(verifyBytes(await file('ada', '?asOf=3&asOf=5'), trust));
    expect(report.result).toBe('verified');
    expect(report.questions.map(({ answer: said }) => said?.state)).toEqual([[1], [3]]);
  });

  it('is given as a container under the operator’s seal where that is asked for', async () => {
    const report = collection(verifyBytes(await file('ada', '?asOf=3&format=asice'), trust));
    expect(report.result).toBe('verified');
    expect(report.container).toMatchObject({ kind: 'asic-e', files: [{}, {}, {}] });
    const refused = collectionContainer(await file('ada'), null);
    await expect(refused).rejects.toMatchObject({ code: 'SEAL_NOT_CONFIGURED' });
  });

  it('shows no content of the record of somebody else', async () => {
    const bytes = await file('ada');
    expect(new TextDecoder().decode(bytes)).not.toContain('Riga');
    const report = collection(verifyBytes(bytes, trust));
    expect(report.questions[0]?.answer).toMatchObject({ notOpened: [4], mentions: [4] });
  });

  it.each([0, 1, 2])('is refused if entry %i of it is left out', async (left) => {
    const honest = parseCollection(await file('ada'));
    const entries = honest.entries.filter((_, at) => at !== left);
    const questions = honest.questions.map((question) => ({
      ...question,
      entries: entries.map((_, at) => at),
    }));
    const forged = formatCollection({ ...honest, entries, questions });
    expect(verifyBytes(forged, trust).result).toBe('failed');
  });

  it('is on record before it is sent', async () => {
    await file('ada');
    const { items } = await answer<{ items: { action: string; entries?: { count: number } }[] }>(
      node.request('/v1/access?action=evidence:export&limit=1'),
    );
    expect(items[0]?.entries?.count).toBe(2);
  });
});

describe('a collection under a batch', () => {
  it('shows the batch that covers it and the seal over that, to a stranger and in a container', async () => {
    // What has been asked before made the map that answers it.
    expect(parseCollection(await file('ada', '?asOf=5'))).not.toHaveProperty('batch');
    const made = await answer<{ batch: { index: number } }>(
      node.request('/v1/ledgers/kyc/batches', { json: { signer: 'seal' } }),
      201,
    );
    const { index } = made.batch;
    for (const query of ['?asOf=5', '?asOf=5&format=asice']) {
      const report = collection(verifyBytes(await file('ada', query), trust));
      expect(report.result).toBe('verified');
      expect(report.signatures).toMatchObject([{ batch: index, indication: 'TOTAL-PASSED' }]);
      const files = report.container?.files.map(({ name }) => name) ?? [];
      expect(files.includes('batch.json')).toBe(query !== '?asOf=5');
    }
    // The seal is about nobody.
    const { items } = await answer<{ items: { action: string; entries?: { count: number } }[] }>(
      node.request('/v1/access?action=evidence:export&limit=1'),
    );
    expect(items[0]?.entries?.count).toBe(2);
  });

  it('of the log itself as a person does not open what it cannot show the other half of', async () => {
    const { origin } = await ledgerOf(node, 'kyc');
    const bytes = await file(encodeURIComponent(origin));
    const report = collection(verifyBytes(bytes, trust));
    expect(report.result).toBe('consistent');
    expect(report.questions[0]?.answer).toMatchObject({ entries: [expect.any(Number)] });
    expect(report.questions[0]?.answer?.notOpened).toHaveLength(1);
  });
});
