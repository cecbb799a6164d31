import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { utf8 } from '../../src/base/bytes.js';
import { EvidenceError } from '../../src/evidence/evidence-error.js';
import { MAX_EVIDENCE_BYTES } from '../../src/evidence/evidence-file.js';
import { formatEvidence } from '../../src/evidence/format-evidence.js';
import { parseEvidence } from '../../src/evidence/parse-evidence.js';
import { failure } from '../support/errors.js';
import { build, type Built } from './evidence-builder.js';
import { edited, leavesOf, parse, set } from './support/json-edit.js';

let bank: Built;
beforeAll(async () => {
  bank = await build();
});

describe('parseEvidence', () => {
  it('reads what formatEvidence writes, to the byte', () => {
    expect(formatEvidence(parseEvidence(bank.bytes))).toEqual(bank.bytes);
    expect(parseEvidence(bank.bytes)).toEqual(bank.file);
  });

  it('names both formats where the file’s is newer', () => {
    const { code, message } = failure(() => parseEvidence(newer()));
    expect(code).toBe('EVIDENCE_FORMAT_NEWER');
    expect(message).toBe('the evidence file has format 2; this version reads 1');
  });

  it('refuses what is larger than 64 MiB before looking at it', () => {
    const { message } = failure(() => parseEvidence(new Uint8Array(MAX_EVIDENCE_BYTES + 1)));
    expect(message).toBe('not an evidence file: it is larger than 64 MiB');
  });

  it('says which member is wrong in one line, and never what stands in it', () => {
    const secret = 'customer 4711 lives here';
    for (const { path } of leavesOf(parse(bank.bytes))) {
      const { message } = failure(() =>
        parseEvidence(
          edited(bank.bytes, (file) => {
            set(file, path, { secret });
          }),
        ),
      );
      expect(message).toMatch(/^not an evidence file: .+$/);
      expect(message).not.toContain('4711');
    }
  });

  it('refuses every value of another type in every place', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...leavesOf(parse(bank.bytes))),
        fc.jsonValue({ maxDepth: 2 }),
        ({ path, value }, other) => {
          fc.pre(typeof other !== typeof value);
          const altered = edited(bank.bytes, (file) => {
            set(file, path, other);
          });
          expect(() => parseEvidence(altered)).toThrow(EvidenceError);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('refuses whatever else it is given, as what it is', () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 500 }),
      fc.json().map(utf8),
      fc.string({ unit: 'binary' }).map(utf8),
    );
    fc.assert(
      fc.property(anything, (bytes) => {
        expect(() => parseEvidence(bytes)).toThrow(EvidenceError);
      }),
      { numRuns: 500 },
    );
  });
});

describe('formatEvidence', () => {
  it('does not write what could not be read', () => {
    const { statement, inclusion, openers = {} } = bank.file.entry;
    const entry = { statement, inclusion, openers };
    expect(() => formatEvidence({ ...bank.file, entry })).toThrow(EvidenceError);
  });
});

function newer(): Uint8Array {
  return edited(bank.bytes, (file) => {
    set(file, ['$v'], 2);
  });
}
