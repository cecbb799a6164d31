/** The worked examples of docs/formats: every value that a page shows is made here anew. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { toHex, utf8 } from '../../src/base/bytes.js';
import { formatAddCheckpoint, formatSignatureLines } from '../../src/tlog/add-checkpoint.js';
import { signCheckpoint } from '../../src/tlog/checkpoint.js';
import { proveConsistency } from '../../src/tlog/consistency-proof.js';
import { cosign } from '../../src/tlog/cosignature.js';
import { encodeEntryBundle } from '../../src/tlog/entry-bundle.js';
import { formatLogBinding } from '../../src/tlog/log-binding.js';
import { formatLogProof } from '../../src/tlog/log-proof.js';
import { leafHash, nodeHash } from '../../src/tlog/merkle-hash.js';
import { formatVerifierKey } from '../../src/tlog/note-key.js';
import { formatSignedNote, parseSignedNote } from '../../src/tlog/signed-note.js';
import {
  encodeMapProof,
  verifyAbsence,
  verifyMembership,
} from '../../src/tlog/sparse-map-proof.js';
import { proveKey, sparseMap } from '../../src/tlog/sparse-map.js';
import { entryBundlePath, tilePath } from '../../src/tlog/tile-path.js';
import { EMPTY_EDGE, extend, inclusionProofsOfAppended } from '../../src/tlog/tile-tree.js';
import { tileWidth } from '../../src/tlog/tile.js';
import { parseWitnessPolicy } from '../../src/tlog/witness-policy.js';
import { logKey, witnessKey } from './keys.js';
import { indexOf, naiveProof, present, sizeOf } from './naive-tree.js';

const entries = ['one', 'two', 'three'].map(utf8);
const hashes = entries.map(leafHash);
const [one, two, three] = [present(hashes[0]), present(hashes[1]), present(hashes[2])];
const extension = extend(EMPTY_EDGE, hashes);
const log = logKey('log.example/acme/kyc');
const witness = witnessKey('witness.example');
const checkpoint = signCheckpoint(
  {
    origin: 'log.example/acme/kyc',
    size: sizeOf(3),
    rootHash: extension.rootHash,
    extensions: [
      formatLogBinding({
        discoveryKey: new Uint8Array(32).fill(0xd1),
        fork: 0,
        length: 2,
        treeHash: new Uint8Array(32).fill(0x7e),
      }),
    ],
  },
  log.signer,
);

/** Fails for each value that the page does not show. */
function expectIn(page: string, values: readonly string[]): void {
  const text = readFileSync(new URL(`../../docs/formats/${page}`, import.meta.url), 'utf8');
  expect(values.filter((value) => !text.includes(value))).toEqual([]);
}

describe('the worked examples of docs/formats', () => {
  it('of checkpoint.md', () => {
    const note = parseSignedNote(checkpoint);
    const cosigned = formatSignedNote({
      ...note,
      signatures: [...note.signatures, cosign(note.text, witness.key, witness.sign, 1_700_000_000)],
    });
    expectIn('checkpoint.md', [
      formatVerifierKey(log.key),
      formatVerifierKey(witness.key),
      cosigned,
    ]);
  });

  it('of witness.md', () => {
    const { text } = parseSignedNote(checkpoint);
    const policy = `log ${formatVerifierKey(log.key)}\nwitness regulator ${formatVerifierKey(witness.key)} https://witness.example\nquorum regulator\n`;
    expect(parseWitnessPolicy(utf8(policy)).witnesses).toHaveLength(1);
    expectIn('witness.md', [
      formatAddCheckpoint({ oldSize: sizeOf(2), proof: naiveProof(2, hashes), note: checkpoint }),
      formatSignatureLines(text, [cosign(text, witness.key, witness.sign, 1_700_000_000)]),
      policy,
    ]);
  });

  it('of tiles.md', () => {
    const [tile] = extension.tiles;
    const size = sizeOf(70_000);
    expectIn('tiles.md', [
      tilePath({ level: 0, index: 0, width: 3 }),
      toHex(present(tile).hashes).replace(/(.{64})/g, '$1\n'),
      entryBundlePath({ index: 0, width: 3 }),
      toHex(encodeEntryBundle(entries)),
      tilePath({ level: 1, index: 1_234_067, width: 256 }),
      ...[
        { level: 0, index: 273, width: tileWidth(0, 273, size) },
        { level: 1, index: 1, width: tileWidth(1, 1, size) },
        { level: 2, index: 0, width: tileWidth(2, 0, size) },
      ].map(tilePath),
    ]);
  });

  it('of proofs.md', () => {
    const node = nodeHash(one, two);
    const proof = present(inclusionProofsOfAppended(extension)[1]);
    expect(proof).toEqual([one, three]);
    const readNode = (height: number, index: number) =>
      present(height === 1 ? [node][index] : hashes[index]);
    expect(proveConsistency(sizeOf(2), sizeOf(3), readNode)).toEqual([three]);
    expect(proveConsistency(sizeOf(1), sizeOf(3), readNode)).toEqual([two, three]);
    expectIn('proofs.md', [
      ...[one, two, three, node, extension.rootHash].map(toHex),
      formatLogProof({ index: indexOf(1), proof, checkpoint }),
    ]);
  });

  it('of sparse-map.md', () => {
    const word = (first: number): Uint8Array => new Uint8Array(32).with(0, first);
    const entriesOfMap = [
      { key: word(0x00), value: word(0x0a) },
      { key: word(0x40), value: word(0x0b) },
      { key: word(0xc0), value: word(0x0c) },
    ];
    const map = sparseMap(entriesOfMap);
    const member = proveKey(map, word(0x40));
    expect(verifyMembership(map.hash, word(0x40), word(0x0b), member)).toBe(true);
    const besideOther = proveKey(map, word(0x80));
    expect(verifyAbsence(map.hash, word(0x80), besideOther)).toBe(true);
    const smaller = sparseMap(entriesOfMap.slice(0, 2));
    const besideNothing = proveKey(smaller, word(0x80));
    expect(verifyAbsence(smaller.hash, word(0x80), besideNothing)).toBe(true);
    expectIn('sparse-map.md', [
      ...entriesOfMap.map((entry) => toHex(sparseMap([entry]).hash)),
      ...besideOther.siblings.map(toHex),
      ...[map, smaller].map(({ hash }) => toHex(hash)),
      ...[member, besideOther, besideNothing].map((proof) => toHex(encodeMapProof(proof))),
    ]);
  });
});
