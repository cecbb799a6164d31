/** zlib in Node and its port in the page: what one writes both read, and what one refuses both refuse. */
import { constants, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inflate } from '../../src/evidence/internal/inflate.js';
import {
  type BundledParts,
  openBundledParts,
  type VerifierParts,
} from './support/bundled-parts.js';

let ofBrowser: VerifierParts;
let faulty: BundledParts['faulty'];

openBundledParts((made) => {
  ({ ofBrowser, faulty } = made);
});

const STRATEGIES = [
  constants.Z_DEFAULT_STRATEGY,
  constants.Z_FILTERED,
  constants.Z_HUFFMAN_ONLY,
  constants.Z_RLE,
  constants.Z_FIXED,
];

/** Bytes with what deflate looks for: repeats, near and far, and rare symbols. */
const content = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 4_000 }))
        .map(([bytes, times]) => new Uint8Array(Buffer.alloc(bytes.length * times, bytes))),
    ),
    { maxLength: 8 },
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts)));

const settings = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  strategy: fc.constantFrom(...STRATEGIES),
  memLevel: fc.integer({ min: 1, max: 9 }),
  windowBits: fc.integer({ min: 9, max: 15 }),
});

/** What Node and `parts` make of the same altered bytes differently, and how many both take. */
function compareAltered(parts: VerifierParts): { differing: number; taken: number } {
  const altered = fc.tuple(
    content,
    settings,
    fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 3 }),
    fc.uint8Array({ maxLength: 2 }),
  );
  let [differing, taken] = [0, 0];
  for (const [bytes, how, edits, behind] of fc.sample(altered, { numRuns: 2_000, seed: 7 })) {
    const deflated = Buffer.concat([deflateRawSync(bytes, how), behind]);
    for (const [at, flip] of edits) {
      const place = at % Math.min(deflated.length, 64);
      deflated[place] = (deflated[place] ?? 0) ^ flip;
    }
    const [here, there] = [inflate(deflated, bytes.length), parts.inflate(deflated, bytes.length)];
    if (here !== null) taken++;
    if (here === null || there === null) differing += here === there ? 0 : 1;
    else if (Buffer.compare(here, there) !== 0) differing++;
  }
  return { differing, taken };
}

describe('inflate in the page', () => {
  it('reads all that zlib writes', () => {
    fc.assert(
      fc.property(content, settings, (bytes, how) => {
        const read = ofBrowser.inflate(deflateRawSync(bytes, how), bytes.length);
        expect(read !== null && Buffer.compare(read, bytes) === 0).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('takes of what was altered just what Node takes', () => {
    const { differing, taken } = compareAltered(ofBrowser);
    expect(differing).toBe(0);
    expect(taken).toBeGreaterThan(100);
  });

  it('would be noticed if it did not look where the data end', async () => {
    const fault = {
      name: 'bytes may hide behind the data',
      find: 'bytesWritten: stream.total_in',
      replace: 'bytesWritten: input.length',
    };
    expect(compareAltered(await faulty(fault)).differing).toBeGreaterThan(0);
  });
});
