import { describe, expect, it } from '@jest/globals';
import { fromHex, sha256Digest, toHex } from '../../src/base/bytes.js';
import { appendLeaves, EMPTY_RANGE, rootHash } from '../../src/tlog/compact-range.js';
import { openSuiteService } from '../support/suite-service.js';
import type { TestService } from '../support/test-service.js';
import { answer, append, appendLines, createLedger, problem } from './support/ledger-client.js';

interface Line {
  readonly id: string;
  readonly index: number;
  readonly kind: string;
  readonly subject?: string;
  readonly payload?: unknown;
}
interface End {
  readonly count: number;
  readonly origin: string;
  readonly asOf: { readonly size: number; readonly rootHash: string };
  readonly rootHash: string;
}

const MANY = 300;

let node: TestService;
openSuiteService(async (opened) => {
  node = opened;
  await createLedger(node, 'kyc');
  for (let n = 0; n < MANY; n += 100)
    await appendLines(
      node,
      'kyc',
      Array.from({ length: 100 }, (_, at) => ({
        type: 'test.Note',
        subject: `person-${(n + at) % 3}`,
        payload: { n: n + at },
      })),
    );
});

async function exported(query: string): Promise<{ lines: Line[]; end: End; response: Response }> {
  const response = await node.request(`/v1/ledgers/kyc/export?${query}`);
  expect(response.status).toBe(200);
  const all = (await response.text()).trimEnd().split('\n');
  const { end } = JSON.parse(all.pop() ?? '') as { end: End };
  return { lines: all.map((line) => JSON.parse(line) as Line), end, response };
}

function rootOf(ids: readonly string[]): string {
  const leaves = ids.map((id) => sha256Digest(fromHex(id)));
  return toHex(rootHash(appendLeaves(EMPTY_RANGE, leaves)));
}

describe('an export as NDJSON', () => {
  it('of everything has the root hash of the ledger itself', async () => {
    const { lines, end, response } = await exported('');
    expect(lines.map(({ index }) => index)).toEqual(lines.map((_, at) => at));
    expect(end.count).toBe(MANY + 1);
    expect(end.rootHash).toBe(end.asOf.rootHash);
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    expect(response.headers.get('content-disposition')).toBe(
      `attachment; filename="kyc-${MANY + 1}.ndjson"`,
    );
    expect(response.headers.get('x-chirograph-root')).toBe(end.rootHash);
  });

  it('holds what the list of the same filters holds, with the root over exactly that', async () => {
    const { lines, end } = await exported('subject=person-1&recordedTo=2999-01-01&asOf=200');
    const page = await answer<{ items: Line[] }>(
      node.request('/v1/ledgers/kyc/records?subject=person-1&asOf=200&limit=1000'),
    );
    expect(lines).toEqual(page.items);
    expect(lines.length).toBeGreaterThan(60);
    expect(end).toMatchObject({ count: lines.length, asOf: { size: 200 } });
    expect(end.rootHash).toBe(rootOf(lines.map(({ id }) => id)));
    expect(end.rootHash).not.toBe(rootOf(lines.slice(1).map(({ id }) => id)));
  });

  it('of a stranger has an end and nothing before it', async () => {
    const { lines, end } = await exported('subject=nobody');
    expect(lines).toEqual([]);
    expect(end).toMatchObject({ count: 0, rootHash: rootOf([]) });
  });

  it('is refused as a question would be, before anything is sent', async () => {
    const refused = (query: string): Promise<Response> =>
      node.request(`/v1/ledgers/kyc/export?${query}`);
    expect(await problem(refused('key=home'), 400)).toBe('QUERY_INCOMPLETE');
    expect(await problem(refused('asOf=99999'), 400)).toBe('LEDGER_SIZE_UNKNOWN');
    expect(await problem(refused('format=xml'), 400)).toBe('REQUEST_INVALID');
    expect(await problem(refused('limit=10'), 400)).toBe('REQUEST_INVALID');
    expect(await problem(node.request('/v1/ledgers/none/export'), 404)).toBe('LEDGER_UNKNOWN');
  });
});

describe('an export as CSV', () => {
  it('is RFC 4180 with a header, and no text in it is a formula', async () => {
    await createLedger(node, 'odd');
    const subject = '=HYPERLINK("x")';
    await append(node, 'odd', { type: 'test.Note', subject, payload: { b: 'a,"b"\nc', a: 1 } });
    const response = await node.request('/v1/ledgers/odd/export?format=csv&kind=record');
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(response.headers.get('x-chirograph-count')).toBe('1');
    expect(response.headers.get('x-chirograph-as-of')).toBe('2');
    const [header = '', row = '', ...rest] = (await response.text()).split('\r\n');
    expect(header).toMatch(/^index,id,kind,recordedAt,.*,payload,erased,attachments$/);
    expect(rest).toEqual(['']);
    expect(row).toContain(`"'=HYPERLINK(""x"")"`);
    expect(row).toMatch(/,"\{""a"":1,""b"":""a,\\""b\\""\\nc""\}",,$/);
    expect(response.headers.get('x-chirograph-root')).toBe(rootOf([row.split(',')[1] ?? '']));
  });
});
