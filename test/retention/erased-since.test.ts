/** Rows that a restore names: in parts, as they are kept. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { UnixMillis } from '../../src/base/brand.js';
import { canonicalJsonBytes, parseCanonicalJson } from '../../src/base/canonical-json.js';
import {
  erasedSinceParts,
  erasedSincePayload,
  parseErasedSince,
} from '../../src/retention/erased-since.js';
import { failure } from '../support/errors.js';

const ROW = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));
const SAID = {
  at: Date.UTC(2026, 0, 15) as UnixMillis,
  backup: 3,
  generations: { before: 1, after: 4 },
};

describe('rows that were erased since a backup', () => {
  it('are all said, in parts of at most so many, and read as they were written', () => {
    fc.assert(
      fc.property(
        fc.array(ROW, { maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        (rows, most) => {
          const parts = erasedSinceParts(rows, SAID, most);
          expect(parts.flatMap((one) => one.rows)).toEqual(rows);
          expect(parts.map(({ part }) => part)).toEqual(
            parts.map((_, at) => ({ n: at + 1, of: parts.length })),
          );
          for (const part of parts) {
            expect(part.rows.length).toBeLessThanOrEqual(most);
            const kept = parseCanonicalJson(canonicalJsonBytes(erasedSincePayload(part)));
            expect(parseErasedSince(kept)).toEqual(part);
          }
        },
      ),
    );
  });

  it.each([
    ['of a newer format', { $v: 2 }, 'RETENTION_FORMAT_NEWER'],
    ['without a later generation', { generations: { before: 4, after: 4 } }, 'LEDGER_DAMAGED'],
    ['with something else for a row', { rows: ['AB'] }, 'LEDGER_DAMAGED'],
    ['with a member more', { more: 1 }, 'LEDGER_DAMAGED'],
  ])('are refused %s', (_, bends, code) => {
    const [part] = erasedSinceParts(['00'.repeat(16)], SAID);
    if (part === undefined) throw new Error('a row makes a part');
    const payload = { ...erasedSincePayload(part), ...bends };
    expect(failure(() => parseErasedSince(payload))).toMatchObject({ code });
  });
});
