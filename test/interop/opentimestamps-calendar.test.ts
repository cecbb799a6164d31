/**
 * A node as a calendar, asked by the reference library of OpenTimestamps, which is what `ots stamp` and `ots upgrade`
 * ask with. Needs Debian's `python3-opentimestamps`.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fromHex, toHex, utf8 } from '../../src/base/bytes.js';
import { sha256 } from '../../src/base/hash.js';
import { parseBlockHeader } from '../../src/evidence/bitcoin/block-header.js';
import { answer } from '../api/support/ledger-client.js';
import { HEADER_358391 } from '../evidence/opentimestamps/support/ots-vectors.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestService, type TestService } from '../support/test-service.js';
import { askCalendarByStock, type StockAnswer, verifyByStock } from './stock-opentimestamps.js';

let root: string;
let node: TestService;
let calendar: { url: string; key: string };

beforeAll(async () => {
  root = await temporaryDirectory();
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const url = `http://127.0.0.1:${port}/v1/calendar/`;
  node = await openTestService(root, { port, calendarUri: url, calendarDigestsPerMinute: 5 });
  calendar = { url, key: node.adminKey };
});
afterAll(async () => {
  await node.service.close();
  await removeDirectory(root);
});

function fileIn(said: StockAnswer): string {
  if (!('file' in said)) throw new Error(`pending: ${said.pending}`);
  return said.file;
}

describe('a node that is a calendar', () => {
  it('takes a digest from the library, is asked by it, and gives it a block', async () => {
    const digest = sha256(utf8('a document of somebody else'));
    const file = fileIn(await askCalendarByStock('submit', calendar, toHex(digest)));
    expect(await askCalendarByStock('upgrade', calendar, file)).toEqual({
      pending: expect.stringContaining('CALENDAR_PENDING'),
    });

    const made = await answer<{ settledSize: number }>(
      node.request('/v1/anchors', { method: 'POST' }),
    );
    const upgraded = fileIn(await askCalendarByStock('upgrade', calendar, file));
    const { anchor } = await answer<{
      anchor: { transaction: { headers: string; headersFrom: number; height: number } };
    }>(node.request(`/v1/anchors/${made.settledSize - 1}`));
    const { headers, headersFrom, height } = anchor.transaction;
    const from = 80 * (height - headersFrom);
    const header = fromHex(headers).subarray(from, from + 80);
    expect(await verifyByStock(fromHex(upgraded), header, HEADER_358391)).toEqual([
      { times: [parseBlockHeader(header).time], refusals: [] },
      { times: [], refusals: ['Digest does not match merkleroot'] },
    ]);
  });

  it('wants a key that may, digests of 1 to 64 bytes, and no more of them than the setting says', async () => {
    const send = (body: Uint8Array, key?: string): Promise<Response> =>
      node.request('/v1/calendar/digest', { body, ...(key !== undefined && { key }) });
    const statusOf = async (role: string): Promise<number> => {
      const { key } = await answer<{ key: string }>(
        node.request('/v1/keys', { json: { role } }),
        201,
      );
      return (await send(new Uint8Array(32), key)).status;
    };
    expect((await send(new Uint8Array(32), '')).status).toBe(401);
    expect(await statusOf('reader')).toBe(403);
    expect(await statusOf('operator')).toBe(200);
    expect((await send(new Uint8Array(0))).status).toBe(400);
    expect((await send(new Uint8Array(65))).status).toBe(413);
    expect((await send(new Uint8Array(1))).status).toBe(200);
    expect((await send(new Uint8Array(64))).status).toBe(200);
    // Seven of one key within a minute, of which five may.
    const sent = await Promise.all(Array.from({ length: 7 }, () => send(new Uint8Array(32))));
    const refused = sent.find(({ status }) => status !== 200) ?? Response.error();
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ code: 'CALENDAR_RATE_LIMITED' });
    const unknown = await node.request(`/v1/calendar/timestamp/${'00'.repeat(32)}`);
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toMatchObject({ code: 'CALENDAR_COMMITMENT_UNKNOWN' });
    // The ledger of a calendar is nobody's to read.
    expect((await node.request('/v1/ledgers/calendar')).status).toBe(404);
  });
});
