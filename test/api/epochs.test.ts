/** Epochs over HTTP, checked by what a stranger has: hashes, proofs and the log's key. */
import { describe, expect, it } from '@jest/globals';
import { keyOf } from '../../src/anchoring/epoch-maps.js';
import type { LeafIndex, Sha256Digest, TreeSize } from '../../src/base/brand.js';
import { fromBase64, fromHex, sha256Digest } from '../../src/base/bytes.js';
import { digestFromHex } from '../../src/base/hex-digest.js';
import { headValueOf, tenantValueOf } from '../../src/evidence/epoch-map.js';
import { originHash, parseHeadStatement } from '../../src/evidence/head-statement.js';
import { parseStatement } from '../../src/records/parse-statement.js';
import { parseCheckpoint } from '../../src/tlog/checkpoint.js';
import { verifyConsistency } from '../../src/tlog/consistency-proof.js';
import { verifyInclusion } from '../../src/tlog/inclusion-proof.js';
import { leafHash } from '../../src/tlog/merkle-hash.js';
import {
  decodeMapProof,
  verifyAbsence,
  verifyMembership,
} from '../../src/tlog/sparse-map-proof.js';
import { openSuiteService } from '../support/suite-service.js';
import type { TestService } from '../support/test-service.js';
import { answer, append, createLedger, newKey, problem } from './support/ledger-client.js';

interface Epoch {
  readonly epoch: number;
  readonly statement: string;
  readonly leafHash: string;
  readonly size: number;
  readonly checkpoint: string;
  readonly inclusion: readonly string[];
  readonly consistency: readonly string[] | null;
  readonly anchor: {
    readonly chain: string;
    readonly size: number;
    readonly inclusion: string[];
  } | null;
}

interface InEpoch {
  readonly logs: readonly {
    readonly origin: string;
    readonly handle: string;
    readonly statement: string | null;
    readonly salt: string | null;
    readonly proof: string;
    readonly tenant: { handle: string; proof: string; root: string; salt: string | null };
  }[];
}

let node: TestService;
let reader: string;

openSuiteService(async (opened) => {
  node = opened;
  await createLedger(node, 'kyc');
  await append(node, 'kyc');
  reader = await newKey(node, 'reader');
});

const digests = (hex: readonly string[]): Sha256Digest[] =>
  hex.map((one) => sha256Digest(fromHex(one)));
const anchor = async (): Promise<number> => {
  const { epochSize } = await answer<{ epochSize: number }>(
    node.request('/v1/anchors', { method: 'POST' }),
  );
  return epochSize - 1;
};
const epochOf = (epoch: number, query = ''): Promise<Epoch> =>
  answer<Epoch>(node.request(`/v1/anchors/${epoch}${query}`, { key: reader }));
const inEpoch = (ledger: string, epoch: number): Promise<InEpoch> =>
  answer<InEpoch>(node.request(`/v1/ledgers/${ledger}/epochs/${epoch}`, { key: reader }));

/** What of a note is no signature. */
function headOf(note: string): { size: TreeSize; rootHash: Sha256Digest } {
  const { size, rootHash } = parseCheckpoint(note.slice(0, note.indexOf('\n\n') + 1));
  return { size, rootHash };
}

function tenantsOf({ statement }: Epoch): Sha256Digest {
  const said = parseStatement(fromBase64(statement));
  if (said.kind !== 'epoch') throw new Error('not an epoch');
  return sha256Digest(digestFromHex(said.tenants));
}

describe('an epoch', () => {
  it('stands in the epoch log, which grew out of what was seen of it, and in the anchor', async () => {
    const first = await epochOf(await anchor());
    await append(node, 'kyc');
    const second = await epochOf(await anchor(), `?from=${first.size}`);
    expect(second.size).toBeGreaterThan(first.size);
    for (const { statement, leafHash: leaf, epoch, inclusion, checkpoint, size } of [
      first,
      second,
    ]) {
      const { rootHash, size: noted } = headOf(checkpoint);
      expect(noted).toBe(size);
      const hash = leafHash(fromBase64(statement));
      expect(hash).toEqual(sha256Digest(fromHex(leaf)));
      const place = { leafHash: hash, index: epoch as LeafIndex, size: noted, rootHash };
      expect(verifyInclusion({ ...place, proof: digests(inclusion) })).toBe(true);
    }
    const [from, to] = [headOf(first.checkpoint), headOf(second.checkpoint)];
    const growth = { from: from.size, fromRoot: from.rootHash, to: to.size, toRoot: to.rootHash };
    expect(verifyConsistency({ ...growth, proof: digests(second.consistency ?? []) })).toBe(true);
    expect(first.consistency).toBeNull();
    expect(second.anchor).toMatchObject({ chain: 'devchain', size: second.size });
    expect((await epochOf(second.epoch, '?from=0')).consistency).toEqual([]);
  });

  it('says of a ledger what head it had, and that one was not there yet', async () => {
    const before = await epochOf(await anchor());
    await append(node, 'kyc');
    await createLedger(node, 'later');
    const after = await epochOf(await anchor());
    for (const epoch of [before, after]) {
      const { logs } = await inEpoch('kyc', epoch.epoch);
      expect(logs).toHaveLength(1);
      const [{ statement, salt, proof, handle, origin, tenant }] = logs as [InEpoch['logs'][0]];
      const root = sha256Digest(fromBase64(tenant.root));
      const blinded = tenantValueOf({ root, salt: fromBase64(tenant.salt ?? '') });
      expect(
        verifyMembership(
          tenantsOf(epoch),
          keyOf(tenant.handle),
          blinded,
          decodeMapProof(fromBase64(tenant.proof)),
        ),
      ).toBe(true);
      const head = fromBase64(statement ?? '');
      const value = headValueOf(fromBase64(salt ?? ''), head);
      expect(verifyMembership(root, keyOf(handle), value, decodeMapProof(fromBase64(proof)))).toBe(
        true,
      );
      expect(parseHeadStatement(head).originHash).toEqual(originHash(origin));
    }
    const [absent] = (await inEpoch('later', before.epoch)).logs;
    if (absent === undefined) throw new Error('a ledger has a log');
    expect(absent).toMatchObject({ statement: null, salt: null });
    expect(
      verifyAbsence(
        sha256Digest(fromBase64(absent.tenant.root)),
        keyOf(absent.handle),
        decodeMapProof(fromBase64(absent.proof)),
      ),
    ).toBe(true);
    expect((await inEpoch('later', after.epoch)).logs[0]?.statement).not.toBeNull();
  });

  it('is refused where there is none, or where the log was smaller', async () => {
    const epoch = await anchor();
    const ask = (path: string): Promise<Response> => node.request(path, { key: reader });
    for (const none of [0, epoch + 1, 999_999_999])
      for (const path of [`/v1/anchors/${none}`, `/v1/ledgers/kyc/epochs/${none}`])
        expect(await problem(ask(path), 404)).toBe('EPOCH_UNKNOWN');
    expect(await problem(ask(`/v1/anchors/${epoch}?from=${epoch + 2}`), 400)).toBe(
      'EPOCH_SIZE_BEYOND',
    );
    for (const bad of ['-1', '01', '1.5', 'one', '99999999999999999'])
      expect(await problem(ask(`/v1/anchors/${bad}`), 400)).toBe('REQUEST_INVALID');
    expect(await problem(ask(`/v1/anchors/${epoch}?from=x`), 400)).toBe('REQUEST_INVALID');
    expect(await problem(ask(`/v1/ledgers/none/epochs/${epoch}`), 404)).toBe('LEDGER_UNKNOWN');
  });
});
