/** zlib is the other implementation: what it writes is read, and what it refuses is refused. */
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inflate } from '../../src/evidence/internal/inflate.js';

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

describe('inflate', () => {
  it('reads all that zlib writes', () => {
    fc.assert(
      fc.property(content, settings, (bytes, how) => {
        const read = inflate(deflateRawSync(bytes, how), bytes.length);
        expect(read !== null && Buffer.compare(read, bytes) === 0).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('agrees with zlib on what was altered', () => {
    const altered = fc.tuple(
      content,
      settings,
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), {
        minLength: 1,
        maxLength: 3,
      }),
    );
    let taken = 0;
    fc.assert(
      fc.property(altered, ([bytes, how, edits]) => {
        const deflated = deflateRawSync(bytes, how);
        for (const [at, flip] of edits) {
          const place = at % Math.min(deflated.length, 64);
          deflated[place] = (deflated[place] ?? 0) ^ flip;
        }
        const theirs = byZlib(deflated);
        const ours = inflate(deflated, theirs?.length ?? bytes.length);
        if (theirs === null) expect(ours).toBeNull();
        else if (ours !== null) {
          taken++;
          expect(Buffer.compare(ours, theirs)).toBe(0);
        }
      }),
      { numRuns: 2_000 },
    );
    // Stored blocks with other bytes, at least, are still deflate.
    expect(taken).toBeGreaterThan(0);
  });

  it('takes what is of just the length asked for, and ends with its input', () => {
    const bytes = Buffer.from('one entry, and one entry, and one entry');
    const deflated = deflateRawSync(bytes);
    expect(inflate(deflated, bytes.length)).toEqual(new Uint8Array(bytes));
    expect(inflate(deflated, bytes.length - 1)).toBeNull();
    expect(inflate(deflated, bytes.length + 1)).toBeNull();
    expect(inflate(deflated.subarray(0, -1), bytes.length)).toBeNull();
    expect(inflate(Buffer.concat([deflated, Buffer.alloc(1)]), bytes.length)).toBeNull();
    expect(inflate(new Uint8Array(), 0)).toBeNull();
  });

  it('writes no further than the length asked for, whatever would come', () => {
    const bomb = deflateRawSync(Buffer.alloc(64 * 1024 * 1024));
    const began = process.cpuUsage();
    expect(inflate(bomb, 1000)).toBeNull();
    expect(process.cpuUsage(began).user / 1e6).toBeLessThan(1);
  });
});

/** Null if zlib refuses it, or leaves some of it. */
function byZlib(deflated: Buffer): Buffer | null {
  try {
    const { buffer, engine } = inflateRawSync(deflated, {
      info: true,
      maxOutputLength: 1 << 22,
    }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
    return engine.bytesWritten === deflated.length ? buffer : null;
  } catch {
    return null;
  }
}
