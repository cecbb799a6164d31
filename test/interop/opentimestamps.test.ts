/**
 * OpenTimestamps files before the eyes of the reference library, and those of its own project before ours. Needs
 * Debian's `python3-opentimestamps`.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { concat, toHex } from '../../src/base/bytes.js';
import { sha256 } from '../../src/base/hash.js';
import { parseBlockHeader } from '../../src/evidence/bitcoin/block-header.js';
import { otsPathOfEntry } from '../../src/evidence/opentimestamps/entry-path.js';
import { otsFileOfPath } from '../../src/evidence/opentimestamps/ots-path.js';
import { parseOtsFile } from '../../src/evidence/opentimestamps/parse-ots-file.js';
import { writeOtsFile } from '../../src/evidence/opentimestamps/write-ots-file.js';
import { parseEvidence } from '../../src/evidence/parse-evidence.js';
import { append, createLedger } from '../api/support/ledger-client.js';
import { anyOtsFile } from '../evidence/opentimestamps/support/any-ots-file.js';
import { BLOCK_1, otsBytes, refusalOf } from '../evidence/opentimestamps/support/ots-hex.js';
import {
  HEADER_358391,
  INVALID_OTS_VECTORS,
  OTS_VECTORS,
  otsVector,
} from '../evidence/opentimestamps/support/ots-vectors.js';
import { toldBy } from '../evidence/opentimestamps/support/told.js';
import { worstEntry } from '../evidence/opentimestamps/support/worst-entry.js';
import { bytesAltered } from '../support/byte-alterations.js';
import { SeededChoice } from '../support/seeded-choice.js';
import { openSuiteService } from '../support/suite-service.js';
import type { TestService } from '../support/test-service.js';
import { readByStock, verifyByStock } from './stock-opentimestamps.js';

describe('a file of the OpenTimestamps project', () => {
  it('says to the library what it says to us', async () => {
    const readings = await readByStock(...OTS_VECTORS.map(({ bytes }) => bytes));
    expect(readings).toEqual(
      OTS_VECTORS.map(({ bytes, attestations, content }) => {
        expect(toldBy(parseOtsFile(bytes))).toEqual(attestations);
        const digest = toHex(sha256(content));
        return { hash: 'sha256', digest, attestations, isWrittenTheSame: true };
      }),
    );
  });

  it('is refused by both or by neither', async () => {
    const readings = await readByStock(...INVALID_OTS_VECTORS.map(({ bytes }) => bytes));
    expect(readings).toEqual([
      { refused: 'UnsupportedMajorVersion' },
      { refused: 'DeserializationError' },
      { refused: 'DeserializationError' },
    ]);
  });

  it('is confirmed by the header of its block, and by no other', async () => {
    const { time } = parseBlockHeader(HEADER_358391);
    const good = await verifyByStock(otsVector('hello-world.txt').bytes, HEADER_358391);
    expect(good).toEqual([{ times: [time], refusals: [] }]);
    const bad = await verifyByStock(otsVector('bad-stamp.txt').bytes, HEADER_358391);
    expect(bad).toEqual([{ times: [], refusals: ['Digest does not match merkleroot'] }]);
  });
});

describe('a file of ours', () => {
  it('says the same to the library, and is written by it as by us', async () => {
    const files = fc.sample(anyOtsFile, { numRuns: 300, seed: 20261129 });
    const readings = await readByStock(...files.map(writeOtsFile));
    expect(readings).toEqual(
      files.map((file) => ({
        hash: file.hash,
        digest: toHex(file.digest),
        attestations: toldBy(file).map(asStock),
        isWrittenTheSame: true,
      })),
    );
  });

  it('that is altered is read by us only if the library reads the same in it', async () => {
    const altered = Array.from({ length: 600 }, (_, seed) => {
      const { bytes } = OTS_VECTORS[seed % OTS_VECTORS.length] ?? otsVector('hello-world.txt');
      return new Uint8Array(bytesAltered(bytes, new SeededChoice(`interop ${seed}`)).bytes);
    });
    const readings = await readByStock(...altered);
    let read = 0;
    for (const [at, bytes] of altered.entries()) {
      if (refusalOf(bytes) !== 'none') continue;
      read++;
      const attestations = toldBy(parseOtsFile(bytes)).map(asStock);
      expect([at, readings[at]]).toEqual([at, expect.objectContaining({ attestations })]);
    }
    expect(read).toBeGreaterThan(100);
  });

  it('may be 255 operations deep to both, and no deeper', async () => {
    const [deep, deeper] = [255, 256].map((depth) => otsBytes('08'.repeat(depth), BLOCK_1));
    if (deep === undefined || deeper === undefined) throw new Error('there are two');
    expect([refusalOf(deep), refusalOf(deeper)]).toEqual(['none', 'OTS_MALFORMED']);
    expect(await readByStock(deep, deeper)).toEqual([
      expect.objectContaining({ isWrittenTheSame: true }),
      { refused: 'RecursionLimitError' },
    ]);
  });

  it('of a million ledgers, where the way is the longest, is confirmed by its block', async () => {
    const entry = worstEntry();
    const path = otsPathOfEntry(entry);
    expect(path.steps).toHaveLength(253);
    const { time } = parseBlockHeader(entry.header);
    const verdicts = await verifyByStock(writeOtsFile(otsFileOfPath(path)), entry.header);
    expect(verdicts).toEqual([{ times: [time], refusals: [] }]);
  });
});

describe('an entry of a node', () => {
  let node: TestService;
  const path = '/v1/ledgers/kyc/records/1';

  openSuiteService(async (opened) => {
    node = opened;
    await createLedger(node, 'kyc');
    for (let n = 0; n < 5; n++) await append(node, 'kyc');
    expect((await node.request('/v1/anchors', { method: 'POST' })).status).toBe(200);
  });

  async function bytesAt(place: string): Promise<Uint8Array> {
    const response = await node.request(place);
    expect(response.status).toBe(200);
    return new Uint8Array(await response.arrayBuffer());
  }

  it('is confirmed by the header that the node has of its block, and by no other', async () => {
    const file = await bytesAt(`${path}/evidence?format=ots`);
    const { anchors } = parseEvidence(await bytesAt(`${path}/evidence`));
    if (anchors === undefined) throw new Error('it is anchored');
    const { headers, headersFrom, height } = anchors.after.transaction;
    const from = 80 * (height - headersFrom);
    const header = headers.slice(from, from + 80);
    const { time, merkleRoot } = parseBlockHeader(header);
    const verdicts = await verifyByStock(file, header, HEADER_358391);
    expect(verdicts).toEqual([
      { times: [time], refusals: [] },
      { times: [], refusals: ['Digest does not match merkleroot'] },
    ]);
    const leaf = await bytesAt(`${path}/leaf`);
    const statement = await bytesAt(`${path}/statement`);
    expect(toHex(leaf)).toBe(toHex(concat(Uint8Array.of(0), statement)));
    const root = toHex(merkleRoot);
    expect(await readByStock(file)).toEqual([
      {
        hash: 'sha256',
        digest: toHex(sha256(leaf)),
        // Ours, beside it, is nothing that others know.
        attestations: [`${root} bitcoin ${height}`, `${root} unknown f28aa4b0ffc0c05c`],
        isWrittenTheSame: true,
      },
    ]);
  });
});

/** The library does not know ours. */
function asStock(told: string): string {
  return told.replace(/ development .*$/, ' unknown f28aa4b0ffc0c05c');
}
