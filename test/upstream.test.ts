/** A node without a wallet whose roots go to another node: two real nodes, one behind the other. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fromHex, toHex } from '../src/base/bytes.js';
import { sha256 } from '../src/base/hash.js';
import { Secret } from '../src/base/secret.js';
import { parseBlockHeader } from '../src/evidence/bitcoin/block-header.js';
import type { BlockHash } from '../src/evidence/bitcoin/hash256.js';
import type { HeaderSource } from '../src/evidence/opentimestamps/header-source.js';
import type { OtsFile, OtsTimestamp } from '../src/evidence/opentimestamps/ots-file.js';
import { parseOtsFile } from '../src/evidence/opentimestamps/parse-ots-file.js';
import { verifyOts } from '../src/evidence/opentimestamps/verify-ots.js';
import { answer, append, createLedger } from './api/support/ledger-client.js';
import { FakeClock } from './support/fake-clock.js';
import { freePort } from './support/free-port.js';
import { removeDirectory, temporaryDirectory } from './support/temporary-directory.js';
import { openTestService, type TestService } from './support/test-service.js';

interface Anchors {
  readonly epochSize: number;
  readonly settledSize: number;
  readonly calendars: {
    readonly stampedSize: number;
    readonly confirmedSize: number;
    readonly missed: number;
    readonly open: number;
    readonly lastConfirmedAt: string | null;
    readonly failures: readonly { readonly calendar: string; readonly code: string }[];
    readonly alarms: readonly string[];
  };
}

const HOUR = 3_600_000;
const TEN_MINUTES = 600_000;

let root: string;
let clock: FakeClock;
let port: number;
let open: Map<string, TestService>;
beforeEach(async () => {
  root = await temporaryDirectory();
  clock = new FakeClock();
  port = await freePort();
  open = new Map();
});
afterEach(async () => {
  for (const name of [...open.keys()]) await close(name);
  await removeDirectory(root);
});

const uri = (): string => `http://127.0.0.1:${port}/v1/calendar/`;

async function openUpstream(key?: string): Promise<TestService> {
  const node = await openTestService(
    join(root, 'upstream'),
    { clock, port, calendarUri: uri() },
    key,
  );
  open.set('upstream', node);
  return node;
}

async function openBehind(upstreamKey: string, key?: string): Promise<TestService> {
  const host = { kind: 'exact', host: '127.0.0.1', port, isInternal: true } as const;
  const node = await openTestService(
    join(root, 'behind'),
    {
      clock,
      anchorChain: 'upstream',
      anchorUpstream: { url: uri(), host, promises: [] },
      secrets: { anchorUpstreamKey: new Secret(upstreamKey) },
    },
    key,
  );
  open.set('behind', node);
  return node;
}

async function close(name: string): Promise<void> {
  await open.get(name)?.service.close();
  open.delete(name);
}

const anchors = (node: TestService): Promise<Anchors> =>
  answer<Anchors>(node.request('/v1/anchors'));

/** Makes an epoch, and waits until the upstream was asked. */
async function asked(node: TestService, until: (now: Anchors) => boolean): Promise<Anchors> {
  expect((await node.request('/v1/anchors', { method: 'POST' })).status).toBe(200);
  for (let look = 0; ; look++) {
    const now = await anchors(node);
    if (until(now)) return now;
    if (look === 500) throw new Error(`it does not come: ${JSON.stringify(now)}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const isStamped = ({ calendars, epochSize }: Anchors): boolean =>
  calendars.stampedSize === epochSize;
const isConfirmed = ({ calendars }: Anchors): boolean =>
  calendars.stampedSize > 0 && calendars.confirmedSize === calendars.stampedSize;

async function otsOf(node: TestService, id: string | number): Promise<OtsFile> {
  const path = `/v1/ledgers/kyc/records/${id}`;
  const response = await node.request(`${path}/evidence?format=ots`);
  expect(response.status).toBe(200);
  return parseOtsFile(new Uint8Array(await response.arrayBuffer()));
}

async function leafOf(node: TestService, id: string | number): Promise<Uint8Array> {
  const response = await node.request(`/v1/ledgers/kyc/records/${id}/leaf`);
  return new Uint8Array(await response.arrayBuffer());
}

/** What the upstream says of its blocks. */
async function headersOf(upstream: TestService): Promise<HeaderSource> {
  const { settledSize } = await anchors(upstream);
  const view = await answer<{
    anchor: { transaction: { headers: string; headersFrom: number } };
  }>(upstream.request(`/v1/anchors/${settledSize - 1}`));
  const { headers, headersFrom } = view.anchor.transaction;
  const bytes = fromHex(headers);
  return (height) => {
    const at = 80 * (height - headersFrom);
    const raw = bytes.subarray(at, at + 80);
    if (at < 0 || raw.length < 80) return null;
    const { merkleRoot, time } = parseBlockHeader(raw);
    return { hash: toHex(sha256(sha256(raw))) as BlockHash, merkleRoot, time, basis: 'given' };
  };
}

/** As of a chain that costs something. */
function withoutMarks({ attestations, branches }: OtsTimestamp): OtsTimestamp {
  return {
    attestations: attestations.filter(({ kind }) => kind !== 'development'),
    branches: branches.map(({ operation, timestamp }) => ({
      operation,
      timestamp: withoutMarks(timestamp),
    })),
  };
}

function unmarked(file: OtsFile): OtsFile {
  return { ...file, timestamp: withoutMarks(file.timestamp) };
}

describe('a node behind another', () => {
  it('has files of entries that the other’s headers confirm, and says no more than that', async () => {
    const upstream = await openUpstream();
    const node = await openBehind(upstream.adminKey);
    await createLedger(node, 'kyc');
    const { id } = await append(node, 'kyc');
    const sent = await asked(node, isStamped);
    expect(sent.settledSize).toBe(0);
    const early = await node.request(`/v1/ledgers/kyc/records/${id}/evidence?format=ots`);
    expect(early.status).toBe(409);

    expect((await upstream.request('/v1/anchors', { method: 'POST' })).status).toBe(200);
    clock.advance(TEN_MINUTES);
    const kept = await asked(node, isConfirmed);
    expect(kept.calendars).toMatchObject({ missed: 0, failures: [], alarms: [] });

    const file = await otsOf(node, id);
    const digest = sha256(await leafOf(node, id));
    const headers = await headersOf(upstream);
    // As it is, it says that the other's chain is for development.
    const honest = verifyOts(file, digest, headers);
    expect(honest.attestations.map(({ verdict }) => verdict)).toEqual([
      'development',
      'development',
    ]);
    const [bitcoin] = honest.attestations;
    const { attestation, message } = bitcoin ?? {};
    if (attestation?.kind !== 'bitcoin' || message === undefined) throw new Error('of a block');
    expect(toHex(message)).toBe(toHex(headers(attestation.height)?.merkleRoot ?? message.slice(1)));
    // By its headers, and by no others.
    expect(verifyOts(unmarked(file), digest, headers).result).toBe('confirmed');
    const others: HeaderSource = (height) => headers(height - 1) ?? headers(height + 1);
    expect(verifyOts(unmarked(file), digest, others).result).toBe('not-confirmed');
    expect(verifyOts(unmarked(file), sha256(digest), headers).result).toBe('other-content');

    // Evidence of ours has no room for it, and nothing claims that it had.
    const entry = await answer<{ finality: unknown }>(
      node.request(`/v1/ledgers/kyc/records/${id}`),
    );
    expect(entry).toMatchObject({ finality: { durable: true, anchored: false } });
  });

  it('goes on for 72 hours without the other, and all of it is stamped afterwards', async () => {
    const upstream = await openUpstream();
    let node = await openBehind(upstream.adminKey);
    await createLedger(node, 'kyc');
    await append(node, 'kyc');
    await asked(node, isStamped);
    await close('upstream');

    const ids: string[] = [];
    for (let hour = 1; hour <= 72; hour++) {
      clock.advance(HOUR);
      const { id } = await append(node, 'kyc');
      ids.push(id);
      const { missed } = (await anchors(node)).calendars;
      const now = await asked(node, ({ calendars }) => calendars.missed > missed);
      expect(now.calendars.failures).toEqual([
        { calendar: `127.0.0.1:${port}/v1/calendar`, code: 'OUTBOUND_UNREACHABLE' },
      ]);
      if (hour % 24 !== 0) continue;
      const { adminKey } = node;
      await close('behind');
      node = await openBehind(upstream.adminKey, adminKey);
    }
    const { ready, reasons } = (await (await node.request('/readyz', { key: '' })).json()) as {
      ready: boolean;
      reasons: string[];
    };
    await asked(node, ({ calendars }) => calendars.missed > 0);
    expect(ready).toBe(true);
    expect(reasons).toContainEqual(expect.stringMatching(/^calendars have named no block/));

    const back = await openUpstream(upstream.adminKey);
    clock.advance(HOUR);
    expect((await asked(node, isStamped)).calendars.missed).toBe(0);
    expect((await back.request('/v1/anchors', { method: 'POST' })).status).toBe(200);
    clock.advance(3 * HOUR);
    const drained = await asked(node, isConfirmed);
    expect(drained.calendars).toMatchObject({ alarms: [], missed: 0 });
    const headers = await headersOf(back);
    for (const id of [1, ids[0] ?? '', ids[71] ?? '']) {
      const file = unmarked(await otsOf(node, id));
      expect(verifyOts(file, sha256(await leafOf(node, id)), headers).result).toBe('confirmed');
    }
  });
});
