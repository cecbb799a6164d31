/** The ledger as a transparency log, read by a client that trusts nothing but the verifier key. */
import { describe, expect, it } from '@jest/globals';
import type { LeafIndex, TreeSize } from '../../src/base/brand.js';
import { sha256 } from '../../src/base/hash.js';
import { type Checkpoint, verifyCheckpoint } from '../../src/tlog/checkpoint.js';
import { appendLeaves, EMPTY_RANGE, rootHash } from '../../src/tlog/compact-range.js';
import { verifyConsistency } from '../../src/tlog/consistency-proof.js';
import { decodeEntryBundle } from '../../src/tlog/entry-bundle.js';
import { verifyInclusion } from '../../src/tlog/inclusion-proof.js';
import { leafHash } from '../../src/tlog/merkle-hash.js';
import { parseVerifierKey } from '../../src/tlog/note-key.js';
import { noteVerifier } from '../../src/tlog/signed-note.js';
import { openSuiteService } from '../support/suite-service.js';
import type { TestService } from '../support/test-service.js';
import {
  answer,
  append,
  appendLines,
  createLedger,
  digest,
  type LedgerView,
  newKey,
  problem,
} from './support/ledger-client.js';

/** With the ledger's first entry: one full tile, and one of five hashes. */
const RECORDS = 260;
const SIZE = RECORDS + 1;

let node: TestService;
let ledger: LedgerView;
let reader: string;

openSuiteService(async (opened) => {
  node = opened;
  ledger = await createLedger(node, 'kyc');
  await append(node, 'kyc', { type: 'T', subject: 's', payload: { n: 0 } });
  const lines = Array.from({ length: RECORDS - 1 }, (_, n) => ({
    type: 'T',
    subject: 's',
    payload: { n },
  }));
  await appendLines(node, 'kyc', lines);
  reader = await newKey(node, 'reader');
});

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  node.request(`/v1/ledgers/kyc/${path}`, { key: reader, headers });

async function bytes(path: string): Promise<Uint8Array> {
  const response = await get(path);
  expect([path, response.status]).toEqual([path, 200]);
  return new Uint8Array(await response.arrayBuffer());
}

async function checkpoint(path: string): Promise<Checkpoint> {
  const note = Buffer.from(await bytes(path)).toString('utf8');
  return verifyCheckpoint(note, noteVerifier(parseVerifierKey(ledger.verifierKey)));
}

describe('the newest checkpoint', () => {
  it('is signed by the log and never kept by a cache', async () => {
    const response = await get('checkpoint');
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('etag')).toBeNull();
    expect(await checkpoint('checkpoint')).toMatchObject({ origin: ledger.origin, size: SIZE });
  });
});

describe('tiles and entry bundles', () => {
  it('make the root hash of the checkpoint', async () => {
    const statements = [
      ...decodeEntryBundle(await bytes('tile/entries/000'), 256),
      ...decodeEntryBundle(await bytes('tile/entries/001.p/5'), 5),
    ];
    expect(statements).toHaveLength(SIZE);
    const hashes = Buffer.concat([await bytes('tile/0/000'), await bytes('tile/0/001.p/5')]);
    expect(hashes).toEqual(Buffer.concat(statements.map(leafHash)));
    const { rootHash: shown } = await checkpoint('checkpoint');
    const range = appendLeaves(EMPTY_RANGE, statements.map(leafHash));
    expect(rootHash(range)).toEqual(shown);
    expect(Buffer.from(await bytes('tile/1/000.p/1')).length).toBe(32);
  });

  it('are the same bytes for ever, and so are checkpoints of a size and proofs', async () => {
    for (const path of [
      'tile/0/000',
      'tile/0/001.p/5',
      'tile/entries/000.p/7',
      'checkpoints/1',
      'proofs/inclusion?index=1&size=2',
      'records/1/statement',
      'records/1/leaf',
      'records/1/evidence?format=tlog-proof',
    ]) {
      const response = await get(path);
      const etag = response.headers.get('etag') ?? '';
      const body = Buffer.from(await response.arrayBuffer());
      expect([path, etag]).toEqual([path, `"${Buffer.from(sha256(body)).toString('hex')}"`]);
      expect(response.headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
      const again = await get(path, { 'if-none-match': etag });
      expect([again.status, await again.text()]).toEqual([304, '']);
    }
  });

  it('that are not there yet are not found', async () => {
    for (const path of ['tile/0/001', 'tile/0/001.p/6', 'tile/0/002.p/1', 'tile/1/000.p/2'])
      expect([path, await problem(get(path), 404)]).toEqual([path, 'LEDGER_TILE_UNKNOWN']);
    for (const path of ['tile/entries/001', 'tile/9/000.p/1', 'tile/0/x001/000.p/1'])
      expect([path, await problem(get(path), 404)]).toEqual([path, 'LEDGER_TILE_UNKNOWN']);
  });

  it('have one path each', async () => {
    for (const path of [
      'tile/0/0',
      'tile/0/00',
      'tile/00/000',
      'tile/0/000.p/256',
      'tile/0/000.p/0',
      'tile/0/000.p/05',
      'tile/0/000.P/5',
      'tile/0/x000/000',
      'tile/0/-01',
      'tile/64/000',
      'tile/0/9007199254740993',
      'tile/entries/',
      'tile/entries/000/',
      'tile/data/000',
      'tile/0',
    ])
      expect([path, await problem(get(path), 404)]).toEqual([path, 'TILE_PATH_MALFORMED']);
    expect(await problem(get('tile/0%2f000'), 404)).toBe('ROUTE_UNKNOWN');
    expect(await problem(get('tile/'), 404)).toBe('ROUTE_UNKNOWN');
  });
});

describe('checkpoints of a size', () => {
  it('are those that were shown, and consistent with the newest', async () => {
    const newest = await checkpoint('checkpoint');
    for (const size of [1, 2]) {
      const old = await checkpoint(`checkpoints/${size}`);
      expect(old.size).toBe(size);
      const { proof } = await answer<{ proof: string[] }>(
        get(`proofs/consistency?from=${size}&to=${SIZE}`),
      );
      const isConsistent = verifyConsistency({
        from: old.size,
        fromRoot: old.rootHash,
        to: newest.size,
        toRoot: newest.rootHash,
        proof: proof.map(digest),
      });
      expect(isConsistent).toBe(true);
    }
  });

  it('of which none was made are not found', async () => {
    for (const size of [0, 3, SIZE + 1, 999_999_999_999_999])
      expect(await problem(get(`checkpoints/${size}`), 404)).toBe('LEDGER_CHECKPOINT_UNKNOWN');
    for (const size of ['-1', '01', 'x', '9999999999999999'])
      expect(await problem(get(`checkpoints/${size}`), 400)).toBe('REQUEST_INVALID');
  });
});

describe('inclusion proofs', () => {
  it('lead from the statement to the root of any size', async () => {
    for (const [index, size] of [
      [0, 1],
      [0, SIZE],
      [1, 3],
      [130, 200],
      [255, 256],
      [SIZE - 1, SIZE],
    ] as const) {
      const proved = await answer<{ rootHash: string; proof: string[] }>(
        get(`proofs/inclusion?index=${index}&size=${size}`),
      );
      const isIncluded = verifyInclusion({
        leafHash: leafHash(await bytes(`records/${index}/statement`)),
        index: index as LeafIndex,
        size: size as TreeSize,
        rootHash: digest(proved.rootHash),
        proof: proved.proof.map(digest),
      });
      expect(isIncluded).toBe(true);
    }
  });

  it.each([
    ['inclusion?index=0&size=0', 'LEDGER_SIZE_UNKNOWN'],
    ['inclusion?index=5&size=5', 'LEDGER_SIZE_UNKNOWN'],
    [`inclusion?index=0&size=${SIZE + 1}`, 'LEDGER_SIZE_UNKNOWN'],
    ['inclusion?index=0&size=999999999999999', 'LEDGER_SIZE_UNKNOWN'],
    ['inclusion?index=-1&size=5', 'REQUEST_INVALID'],
    ['inclusion?index=1.5&size=5', 'REQUEST_INVALID'],
    ['inclusion?index=0', 'REQUEST_INVALID'],
    ['inclusion?index=0&size=1&size=2', 'REQUEST_INVALID'],
    ['inclusion?index=0&size=9999999999999999', 'REQUEST_INVALID'],
    ['consistency?from=0&to=5', 'LEDGER_SIZE_UNKNOWN'],
    ['consistency?from=5&to=4', 'LEDGER_SIZE_UNKNOWN'],
    [`consistency?from=1&to=${SIZE + 1}`, 'LEDGER_SIZE_UNKNOWN'],
    ['consistency?from=&to=5', 'REQUEST_INVALID'],
    ['consistency?from=1&to=2&x=3', 'REQUEST_INVALID'],
  ])('are refused for %s', async (query, code) => {
    expect(await problem(get(`proofs/${query}`), 400)).toBe(code);
  });
});

describe('the leaf input', () => {
  it('is what the leaf hash is the SHA-256 of', async () => {
    const { leafHash: hex } = await answer<{ leafHash: string }>(get('records/7'));
    expect(Buffer.from(sha256(await bytes('records/7/leaf'))).toString('hex')).toBe(hex);
  });
});

describe('the description', () => {
  it('names the 304 of what never changes, and of files, whose ETag changes with them', async () => {
    const { paths } = await answer<{
      paths: Record<string, { get?: { responses: Record<string, unknown> } }>;
    }>(node.request('/openapi.json'));
    const unchanging = Object.keys(paths).filter((path) => paths[path]?.get?.responses['304']);
    expect(unchanging.map((path) => path.replace('/v1/ledgers/{ledger}/', '')).toSorted()).toEqual([
      '/console',
      '/v1/files/{ledger}/{path}',
      'checkpoints/{size}',
      'proofs/consistency',
      'proofs/inclusion',
      'records/{id}/evidence',
      'records/{id}/leaf',
      'records/{id}/signatures/{number}',
      'records/{id}/statement',
      'tile/{path}',
    ]);
  });
});
