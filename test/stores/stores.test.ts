/** Stores that earlier versions wrote are sound, keep what was promised, and are written on. */
import { chmod, cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { LeafIndex } from '../../src/base/brand.js';
import { fromHex, sha256Digest } from '../../src/base/bytes.js';
import { verifyCheckpoint } from '../../src/tlog/checkpoint.js';
import { verifyInclusion } from '../../src/tlog/inclusion-proof.js';
import { leafHash } from '../../src/tlog/merkle-hash.js';
import { parseVerifierKey } from '../../src/tlog/note-key.js';
import { noteVerifier } from '../../src/tlog/signed-note.js';
import { runCli } from '../cli/support/run-cli.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestService } from '../support/test-service.js';

interface Receipt {
  readonly id: string;
  readonly index: number;
  readonly leafHash: string;
  readonly checkpoint: string;
  readonly inclusionProof: readonly string[];
}

interface Promises {
  readonly key: string;
  readonly origin: string;
  readonly verifierKey: string;
  /** How many of `told` were told before the clean stop. */
  readonly stopped: number;
  readonly told: readonly {
    readonly record: Readonly<Record<string, unknown>>;
    readonly idempotencyKey?: string;
    readonly receipt: Receipt;
  }[];
  readonly statements: readonly string[];
}

const STORES = fileURLToPath(new URL('.', import.meta.url));
const versions = (await readdir(STORES)).filter((name) => /^\d/.test(name));
const root = await temporaryDirectory();
afterAll(() => removeDirectory(root));

async function promisesOf(version: string): Promise<Promises> {
  const text = await readFile(join(STORES, version, 'promises.json'), 'utf8');
  return JSON.parse(text) as Promises;
}

/** With the modes of a key store, which version control does not keep. */
async function copied(version: string, image: string): Promise<string> {
  const directory = join(root, version, image);
  await cp(join(STORES, version, image), directory, { recursive: true });
  const keys = join(directory, 'data.keys');
  await chmod(keys, 0o700);
  for (const name of await readdir(keys)) await chmod(join(keys, name), 0o600);
  return directory;
}

/** The index, once the receipt verifies over the statement. */
function indexOf({ verifierKey }: Promises, receipt: Receipt, statement: string): number {
  const verifier = noteVerifier(parseVerifierKey(verifierKey));
  const { size, rootHash } = verifyCheckpoint(receipt.checkpoint, verifier);
  const isIncluded = verifyInclusion({
    leafHash: leafHash(Buffer.from(statement)),
    index: receipt.index as LeafIndex,
    size,
    rootHash,
    proof: receipt.inclusionProof.map((hash) => sha256Digest(fromHex(hash))),
  });
  return isIncluded ? receipt.index : -1;
}

/** What an entry shows of a record: other persons' parts are not among it. */
function shown(record: Readonly<Record<string, unknown>>): object {
  const others = ['parties', 'parts'];
  return Object.fromEntries(Object.entries(record).filter(([name]) => !others.includes(name)));
}

describe.each(versions)('a store of version %s', (version) => {
  it.each(['stopped', 'killed'])('that was %s is sound, whole, and goes on', async (image) => {
    const directory = await copied(version, image);
    const promises = await promisesOf(version);
    const data = join(directory, 'data');
    expect(await runCli(['fsck', '--data', data])).toMatchObject({ code: 0 });

    const node = await openTestService(directory, { logName: 'kept.example' }, promises.key);
    try {
      const count = image === 'stopped' ? promises.stopped : promises.told.length;
      expect(count).toBeGreaterThan(0);
      for (const [at, { record, idempotencyKey, receipt }] of promises.told
        .slice(0, count)
        .entries()) {
        const path = `/v1/ledgers/kyc/records/${receipt.id}`;
        const statement = await (await node.request(`${path}/statement`)).text();
        expect(statement).toBe(promises.statements[at]);
        expect(indexOf(promises, receipt, statement)).toBe(receipt.index);
        const entry: unknown = await (await node.request(path)).json();
        expect(entry).toMatchObject(shown(record));
        if (idempotencyKey === undefined) continue;
        const headers = { 'idempotency-key': idempotencyKey };
        const again = await node.request('/v1/ledgers/kyc/records', { json: record, headers });
        expect(again.status).toBe(200);
        const repeated = (await again.json()) as Receipt;
        expect(repeated).toMatchObject({ id: receipt.id, checkpoint: receipt.checkpoint });
      }
      const more = { type: 'test.Residence', subject: 'anna', key: 'residence', payload: {} };
      const appended = await node.request('/v1/ledgers/kyc/records', { json: more });
      expect(appended.status).toBe(201);
      const { id } = (await appended.json()) as Receipt;
      const history = await node.request(`/v1/ledgers/kyc/records/${id}/history`);
      const { items } = (await history.json()) as { items: { id: string }[] };
      const third = promises.told[2]?.receipt.id;
      expect(items.map((item) => item.id)).toEqual([id, third, promises.told[0]?.receipt.id]);
    } finally {
      await node.service.close();
    }
    expect(await runCli(['fsck', '--data', data])).toMatchObject({ code: 0 });
  });

  it('left evidence that still verifies, attributed', async () => {
    const file = (name: string): string => join(STORES, version, name);
    const argv = ['verify', file('residence.evidence'), '--trust', file('trust.json')];
    const { code, stdout } = await runCli([...argv, '--require', 'attributed']);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/VERIFIED/) });
  });
});

it('there are stores of earlier versions', () => {
  expect(versions.length).toBeGreaterThan(0);
});
