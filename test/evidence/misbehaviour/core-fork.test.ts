/** Proofs that the Hypercore of a log was signed over two histories: real Hypercores, and every part of the file altered. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { HypercoreProof } from 'hypercore';
import { EvidenceError } from '../../../src/evidence/evidence-error.js';
import { proveCoreFork, signatureIn } from '../../../src/evidence/misbehaviour/core-fork.js';
import { formatMisbehaviour } from '../../../src/evidence/misbehaviour/format-misbehaviour.js';
import { CORE_RULES } from '../../../src/evidence/misbehaviour/internal/core-rules.js';
import { MISBEHAVIOUR_RULES } from '../../../src/evidence/misbehaviour/internal/misbehaviour-rules.js';
import type { CoreTree } from '../../../src/evidence/misbehaviour/misbehaviour-file.js';
import { verifyMisbehaviour } from '../../../src/evidence/misbehaviour/verify-misbehaviour.js';
import { NO_TRUST } from '../../../src/evidence/trust.js';
import { keyPairOf } from '../../../src/keys/key-pair.js';
import { HostileWriter, PINNED } from '../../replication/support/hostile-writer.js';
import { offences } from '../../support/offences.js';
import { caseNumbers, timeLimit } from '../../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';
import { alteration } from './support/alterations.js';

const core = { begins: null, publicKey: keyPairOf(new Uint8Array(32).fill(1)).publicKey };
const key = PINNED.firstKey;
const TRUST = { ...NO_TRUST, logs: [key] };
let root: string;
let one: HostileWriter;
let other: HostileWriter;

/** Two histories of five and seven blocks under one key. */
beforeEach(async () => {
  root = await temporaryDirectory();
  one = await HostileWriter.open(join(root, 'one'));
  other = await HostileWriter.open(join(root, 'other'));
  for (let block = 0; block < 5; block++) await one.write(2);
  for (let block = 0; block < 7; block++) await other.write(2, 'b');
});
afterEach(async () => {
  await one.close();
  await other.close();
  await removeDirectory(root);
});

async function tree(writer: HostileWriter, length: number) {
  const { fork, upgrade }: HypercoreProof = await writer.core.proof({
    upgrade: { start: 0, length },
  });
  const nodes = [...upgrade.nodes, ...upgrade.additionalNodes].map(({ hash, index, size }) => ({
    hash: new Uint8Array(hash),
    index,
    size,
  }));
  return { fork, nodes, signature: signatureIn(upgrade.signature) ?? new Uint8Array(64) };
}

function forged(note: string, trees: readonly CoreTree[]): Uint8Array {
  const shows = { kind: 'core' as const, core, length: 3, trees };
  return formatMisbehaviour({ checkpoints: [note], key, shows });
}

describe('a Hypercore that was signed twice', () => {
  it.each([1, 2, 3, 4, 5])('is proven at %d blocks, by two trees', async (length) => {
    const note = await one.checkpoint();
    const trees = [await tree(one, length), await tree(other, length)];
    const proof = proveCoreFork({ note, key, core, length, trees });
    expect(proof && verifyMisbehaviour(proof, TRUST).result).toBe('proven');
    expect(proof && verifyMisbehaviour(proof, NO_TRUST).result).toBe('unattributed');
  });

  it('is proven by one tree that is not its checkpoint’s', async () => {
    const note = await one.checkpoint();
    const proof = proveCoreFork({ note, key, core, length: 5, trees: [await tree(other, 5)] });
    expect(proof && verifyMisbehaviour(proof, TRUST).result).toBe('proven');
  });

  it('shows nothing where there is one history', async () => {
    const note = await one.checkpoint();
    const trees = [await tree(one, 5)];
    const seen = { note, key, core, length: 5, trees };
    expect(proveCoreFork(seen)).toBeNull();
    expect(proveCoreFork({ ...seen, trees: [...trees, ...trees] })).toBeNull();
    // At another length than the checkpoint's, one tree has nothing to contradict.
    expect(proveCoreFork({ ...seen, length: 4, trees: [await tree(other, 4)] })).toBeNull();
    const strange = { ...core, publicKey: keyPairOf(new Uint8Array(32).fill(8)).publicKey };
    expect(proveCoreFork({ ...seen, core: strange, trees: [await tree(other, 5)] })).toBeNull();
  });

  it('is proven by forgeries to a verifier that lacks a rule, and to no other', async () => {
    const two = [await tree(one, 3), await tree(other, 3)];
    const forgeries: Record<keyof typeof CORE_RULES, Uint8Array> = {
      'the checkpoint names that Hypercore': forged(
        await one.checkpoint({ discoveryKey: new Uint8Array(32) }),
        two,
      ),
      'its key has signed two histories': forged(await one.checkpoint(), two.slice(0, 1)),
    };
    for (const [rule, bytes] of Object.entries(forgeries)) {
      const rest = Object.entries(CORE_RULES).filter(([name]) => name !== rule);
      const rules = { ...MISBEHAVIOUR_RULES, core: Object.fromEntries(rest) };
      expect(verifyMisbehaviour(bytes, TRUST).result).toBe('failed');
      expect(verifyMisbehaviour(bytes, TRUST, rules).result).toBe('proven');
    }
    expect(Object.keys(forgeries)).toEqual(Object.keys(CORE_RULES));
  });

  it(
    'is not proven by an altered file',
    async () => {
      const note = await one.checkpoint();
      const trees = [await tree(one, 3), await tree(other, 3)];
      const original = proveCoreFork({ note, key, core, length: 3, trees });
      if (original === null) throw new Error('no proof');
      const trial = {
        alter: (seed: number) => alteration(original, seed),
        isTheSame: (bytes: Uint8Array) => Buffer.compare(bytes, original) === 0,
        isTaken: (bytes: Uint8Array) => verifyMisbehaviour(bytes, TRUST).result === 'proven',
        refusal: EvidenceError,
      };
      expect(offences(caseNumbers(150, 2_000), trial)).toEqual([]);
    },
    timeLimit,
  );
});
