import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { HexDigest } from '../../src/base/hex-digest.js';
import { personTagsOf } from '../../src/records/person-tags.js';
import { recordStatement, signatureStatement, statement } from './arbitraries.js';

describe('the person tags of an entry', () => {
  it('are those of subject, parties and parts, each once, and not that of the author', () => {
    fc.assert(
      fc.property(recordStatement, (record) => {
        const tags = personTagsOf(record);
        expect(new Set(tags).size).toBe(tags.length);
        expect(tags).not.toContain(record.tags.author);
        const named = [
          record.tags.subject,
          ...(record.tags.parties ?? []),
          ...(record.parts ?? []).map(({ subject }) => subject),
        ];
        expect(new Set(tags)).toEqual(new Set(named));
      }),
    );
  });

  it('count a person once who stands in several places', () => {
    const tag = 'a'.repeat(64) as HexDigest;
    const [record] = fc.sample(recordStatement, { numRuns: 1, seed: 1 });
    if (record === undefined) throw new Error('no sample');
    const twice = {
      ...record,
      tags: { ...record.tags, subject: tag, parties: [tag] },
      parts: [{ payload: tag, subject: tag }],
    };
    expect(personTagsOf(twice)).toEqual([tag]);
  });

  it('of a signature are its subject alone, and of all other kinds none', () => {
    fc.assert(
      fc.property(signatureStatement, (signature) => {
        expect(personTagsOf(signature)).toEqual([signature.tags.subject]);
      }),
    );
    fc.assert(
      fc.property(statement, (value) => {
        fc.pre(value.kind !== 'record' && value.kind !== 'signature');
        expect(personTagsOf(value)).toEqual([]);
      }),
    );
  });
});
