import { describe, expect, it } from '@jest/globals';
import { openSuiteService } from '../support/suite-service.js';
import type { TestService } from '../support/test-service.js';
import { answer, append, createLedger, problem } from './support/ledger-client.js';

interface Entry {
  readonly id: string;
  readonly index: number;
  readonly type: string;
  readonly key?: string;
  readonly payload: Record<string, unknown>;
}
interface Page<T = Entry> {
  readonly items: readonly T[];
  readonly cursor: string | null;
  readonly asOf: { readonly size: number; readonly rootHash: string };
}

let node: TestService;
openSuiteService(async (opened) => {
  node = opened;
  await createLedger(node, 'kyc');
});

const subject = (path: string): string => `/v1/ledgers/kyc/subjects/${path}`;

describe('the state of a subject', () => {
  it('is the last version of each thing, and as of an earlier size the one before', async () => {
    const first = await append(node, 'kyc', {
      type: 'test.Residence',
      subject: 'ada',
      key: 'home',
      payload: { city: 'Lisbon' },
    });
    await append(node, 'kyc', {
      type: 'test.Residence',
      subject: 'ada',
      key: 'home',
      payload: { city: 'Porto' },
    });
    const now = await answer<Page>(node.request(subject('ada')));
    expect(now.items.map(({ payload }) => payload)).toEqual([{ city: 'Porto' }]);
    const before = await answer<Page>(node.request(`${subject('ada')}?asOf=${first.index + 1}`));
    expect(before.items.map(({ payload }) => payload)).toEqual([{ city: 'Lisbon' }]);
    expect(before.asOf.size).toBe(first.index + 1);
  });

  it('knows nothing of a stranger', async () => {
    const page = await answer<Page>(node.request(subject('nobody')));
    expect(page.items).toEqual([]);
  });

  it('refuses a state that is not there yet', async () => {
    expect(await problem(node.request(`${subject('ada')}?asOf=99999`), 400)).toBe(
      'LEDGER_SIZE_UNKNOWN',
    );
    expect(
      await problem(node.request(`${subject('ada')}?asOf=2999-01-01T00:00:00.000Z`), 400),
    ).toBe('LEDGER_SIZE_UNKNOWN');
  });
});

describe('the description of differences', () => {
  it('has room for what was not there before, or is not there after', async () => {
    const text = await (await node.request('/openapi.json')).text();
    const side = '{"anyOf":[{"$ref":"#/components/schemas/Entry"},{"type":"null"}]}';
    expect(text).toContain(`"before":${side},"after":${side}`);
  });
});
