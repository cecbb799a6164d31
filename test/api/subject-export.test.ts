import { describe, expect, it } from '@jest/globals';
import type { SubjectExport } from '../../src/queries/subject-export.js';
import { openSuiteService } from '../support/suite-service.js';
import type { TestService } from '../support/test-service.js';
import { answer, append, createLedger, newKey, problem } from './support/ledger-client.js';

const PATH = '/v1/ledgers/kyc/subjects/ada/export';

let node: TestService;
openSuiteService(async (opened) => {
  node = opened;
  await createLedger(node, 'kyc');
});

describe('the export of a person', () => {
  it('has every version, what others say of them, and nothing of others', async () => {
    const home = { type: 'test.Residence', subject: 'ada', key: 'home' };
    const first = await append(node, 'kyc', {
      ...home,
      validFrom: '2026-01-01T00:00:00.000Z',
      payload: { city: 'Lisbon' },
    });
    const second = await append(node, 'kyc', {
      ...home,
      payload: { city: 'Porto' },
      parts: [{ subject: 'bob', payload: { note: 'secret of bob' } }],
    });
    const other = await append(node, 'kyc', {
      type: 'test.Loan',
      subject: 'bob',
      payload: { sum: 'sum of bob' },
      parties: ['ada'],
      parts: [
        { subject: 'ada', payload: { guarantor: true } },
        { subject: 'eve', payload: { note: 'secret of eve' } },
      ],
    });
    await answer(
      node.request(`/v1/ledgers/kyc/records/${first.id}/signatures`, { json: { signer: 'seal' } }),
      201,
    );
    const response = await node.request(PATH);
    expect(response.headers.get('content-disposition')).not.toContain('ada');
    const text = await response.text();
    const made = JSON.parse(text) as SubjectExport;
    expect(made).toMatchObject({ $v: 1, ledger: 'kyc', subject: 'ada' });
    expect(made.records).toMatchObject([
      {
        id: first.id,
        recordedAt: first.recordedAt,
        validFrom: '2026-01-01T00:00:00.000Z',
        isCurrent: false,
        payload: { city: 'Lisbon' },
      },
      { id: second.id, isCurrent: true, payload: { city: 'Porto' } },
    ]);
    for (const { retention } of made.records) expect(retention).not.toBe('');
    expect(made.mentions.map(({ id, role, payload }) => ({ id, role, payload }))).toEqual(
      expect.arrayContaining([
        { id: other.id, role: 'part', payload: { guarantor: true } },
        { id: other.id, role: 'party', payload: undefined },
      ]),
    );
    expect(text).not.toMatch(/secret of|sum of|bob|eve/);
    expect(made.leftOut).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: second.id, what: 'part', part: 0 }),
        expect.objectContaining({ id: other.id, what: 'record', why: 'of-another-person' }),
      ]),
    );
    expect(made.signatures).toMatchObject([{ of: first.id }]);
  });

  it('of a stranger is empty, and says of which state', async () => {
    const made = await answer<SubjectExport>(
      node.request('/v1/ledgers/kyc/subjects/nobody/export'),
    );
    expect(made).toMatchObject({ records: [], mentions: [], signatures: [], leftOut: [] });
    expect(made.logs).toHaveLength(1);
  });

  it('is for admins, and only those of the tenant', async () => {
    const reader = await newKey(node, 'reader');
    expect(await problem(node.request(PATH, { key: reader }), 403)).toBe('ACCESS_DENIED');
  });
});
