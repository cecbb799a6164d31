import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { UnixMillis } from '../../src/base/brand.js';
import { BaseError } from '../../src/base/errors.js';
import { digestToHex } from '../../src/base/hex-digest.js';
import { dataScope, tagsScope } from '../../src/base/secret-scope.js';
import { decodeBatch, encodeBatch } from '../../src/commands/preparation/internal/batch-codec.js';
import {
  decodeEntries,
  decodeFoundFiles,
  encodeEntries,
  encodeFoundFiles,
} from '../../src/commands/preparation/internal/files-codec.js';
import {
  decodeResults,
  encodeResults,
} from '../../src/commands/preparation/internal/results-codec.js';
import {
  decodeFound,
  decodeScopes,
  encodeFound,
  encodeScopes,
} from '../../src/commands/preparation/internal/secrets-codec.js';
import type { Preparation, PreparedRecord } from '../../src/commands/preparation/preparer.js';
import type { ClaimAuthor } from '../../src/identities/claim-signature.js';
import type { DidKey } from '../../src/identities/did-key.js';
import { IdentityError } from '../../src/identities/identity-error.js';
import { KEY_PURPOSES } from '../../src/identities/identity-event.js';
import { KeysError } from '../../src/keys/keys-error.js';
import { RecordsError } from '../../src/records/records-error.js';
import { SchemasError } from '../../src/schemas/schemas-error.js';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const digest = bytes(32).map(digestToHex);
const tag: fc.Arbitrary<Uint8Array | null> = fc.option(bytes(32));
const text = fc.string({ unit: 'grapheme' });
const MONTH = '2026-11';

const prepared: fc.Arbitrary<PreparedRecord> = fc.record({
  entry: fc.record({
    kind: fc.constant('record' as const),
    template: fc.record({ beforeIndex: text, beforePrev: text, afterRecordedAt: text }),
    sealedParts: fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 4 }),
    subjectTag: digest,
    thing: digest,
    isFirst: fc.boolean(),
    retracts: fc.option(digest),
    of: fc.constant(null),
    follows: fc.constant(null),
    recordTag: tag,
    rowIds: fc.array(bytes(16), { maxLength: 4 }),
    month: fc.constant(MONTH),
  }),
  idempotencyTag: tag,
  warnings: fc.array(fc.record({ pointer: text, detail: text }), { maxLength: 3 }),
  refusal: fc.option(text.map((message) => new SchemasError('RECORD_SCHEMA_MISSING', message))),
});
const refused: fc.Arbitrary<Preparation> = fc.oneof(
  text.map((message) => new BaseError('JSON_MALFORMED', message)),
  fc
    .tuple(text, text)
    .map(([message, path]) => new RecordsError('RECORD_MALFORMED', message, { path })),
  fc
    .tuple(text, text)
    .map(([message, path]) => new IdentityError('CLAIM_KEY_REVOKED', message, { path })),
  text.map((message) => new KeysError('KEYS_VAULT_PUSHBACK', message)),
  fc
    .tuple(text, fc.array(fc.record({ pointer: text, detail: text }), { maxLength: 3 }))
    .map(([message, faults]) => new SchemasError('RECORD_SCHEMA_INVALID', message, { faults })),
);
const instant = fc.maxSafeNat().map((millis) => millis as UnixMillis);
const moment = fc.record({ sequence: fc.nat(), at: instant });
const author: fc.Arbitrary<ClaimAuthor> = fc.record({
  head: digest,
  status: fc.constantFrom('active' as const, 'suspended' as const, 'revoked' as const),
  keys: fc.array(
    fc.record(
      {
        key: text.map((name) => name as DidKey),
        id: text,
        purposes: fc.subarray([...KEY_PURPOSES]),
        from: moment,
        to: moment,
      },
      { requiredKeys: ['key', 'purposes', 'from'] },
    ),
    { maxLength: 3 },
  ),
});
const batch = fc.record({
  tenant: text,
  ledger: text,
  author: text,
  month: fc.constant(MONTH),
  idempotencyKey: bytes(32),
  claims: fc.record({ author: fc.option(author), now: instant, recordedAt: instant }),
  schemas: fc.option(
    fc.record({
      mode: fc.constantFrom('strict' as const, 'warn' as const),
      unknownTypes: fc.constantFrom('accept' as const, 'refuse' as const),
      epoch: fc.nat(),
    }),
  ),
  typeClasses: fc.dictionary(text, text, { noNullPrototype: true }),
  isShared: fc.boolean(),
  vaultEdition: fc.nat(),
  maxPayloadBytes: fc.nat(),
  texts: fc.array(
    fc.record(
      {
        bytes: fc.uint8Array({ maxLength: 60 }),
        idempotencyKey: fc.option(fc.string({ maxLength: 20, unit: 'grapheme-ascii' })),
      },
      { requiredKeys: ['bytes'] },
    ),
    { maxLength: 6 },
  ),
});
const foundFile = fc.oneof(
  fc.constantFrom('unknown' as const, 'no-content' as const, 'erased' as const).map((kind) => ({
    kind,
  })),
  fc.record({
    kind: fc.constant('file' as const),
    subject: text,
    mediaType: text,
    sha256: digest,
    size: fc.maxSafeNat(),
  }),
);
const scope = fc.oneof(
  fc.constantFrom('anna', 'bo', 'Ümit').map(tagsScope),
  fc.constantFrom('anna', 'bo').map((person) => dataScope(person, 'default', MONTH)),
);
const secret = fc.option(
  fc.record({ rowId: bytes(16), secret: bytes(32), isCommitted: fc.boolean() }),
);

function refusesAllButTheWhole(encoded: Uint8Array, decode: (bytes: Uint8Array) => unknown): void {
  for (let length = 0; length < encoded.length; length++)
    expect(() => decode(encoded.slice(0, length))).toThrow(BaseError);
  expect(() => decode(new Uint8Array([...encoded, 0]))).toThrow(BaseError);
}

describe('what threads hand over to each other', () => {
  it('arrives as it was sent: batches', () => {
    fc.assert(
      fc.property(batch, (value) => {
        expect(decodeBatch(encodeBatch(value))).toEqual(value);
      }),
    );
  });

  it('arrives as it was sent: questions to the vault and their answers', () => {
    fc.assert(
      fc.property(fc.array(scope), fc.array(secret), (scopes, found) => {
        expect(decodeScopes(encodeScopes(scopes))).toEqual(scopes);
        expect(decodeFound(encodeFound(found))).toEqual(found);
      }),
    );
  });

  it('arrives as it was sent: questions about files and their answers', () => {
    fc.assert(
      fc.property(fc.array(digest), fc.array(foundFile), (entries, files) => {
        expect(decodeEntries(encodeEntries(entries))).toEqual(entries);
        expect(decodeFoundFiles(encodeFoundFiles(files))).toEqual(files);
      }),
    );
  });

  it('arrives as it was sent: records, and refusals with class, code, message and path', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(prepared, refused), { maxLength: 5 }), (results) => {
        const decoded = decodeResults(encodeResults(results), MONTH);
        expect(decoded).toEqual(results);
        decoded.forEach((one, at) => {
          const sent = results[at];
          if (!(sent instanceof Error)) return;
          expect(one).toBeInstanceOf(sent.constructor);
          expect(one).toMatchObject({ code: sent.code, message: sent.message });
          if (sent instanceof RecordsError) expect(one).toMatchObject({ path: sent.path });
        });
      }),
    );
  });

  it('is wiped where it held secrets', () => {
    const encoded = encodeFound([
      { rowId: new Uint8Array(16).fill(1), secret: new Uint8Array(32).fill(2), isCommitted: true },
    ]);
    const [found] = decodeFound(encoded);
    expect(encoded.every((byte) => byte === 0)).toBe(true);
    expect(found?.secret).toEqual(new Uint8Array(32).fill(2));
  });

  it('is refused cut short, and with bytes behind it', () => {
    const samples = <T>(arbitrary: fc.Arbitrary<T>): T[] =>
      fc.sample(arbitrary, { numRuns: 10, seed: 1 });
    for (const value of samples(batch)) refusesAllButTheWhole(encodeBatch(value), decodeBatch);
    for (const value of samples(fc.array(scope, { maxLength: 3 })))
      refusesAllButTheWhole(encodeScopes(value), decodeScopes);
    for (const value of samples(fc.array(secret, { maxLength: 3 })))
      refusesAllButTheWhole(encodeFound(value), decodeFound);
    for (const value of samples(fc.array(foundFile, { maxLength: 3 })))
      refusesAllButTheWhole(encodeFoundFiles(value), decodeFoundFiles);
    refusesAllButTheWhole(encodeEntries(samples(digest)), decodeEntries);
    for (const value of samples(fc.array(fc.oneof(prepared, refused), { maxLength: 3 })))
      refusesAllButTheWhole(encodeResults(value), (one) => decodeResults(one, MONTH));
  });

  it('never carries an error of a folder that does not prepare', () => {
    class OtherError extends BaseError {}
    const other = new OtherError('TIME_MALFORMED', 'x');
    Object.assign(other, { code: 'LEDGER_FAILED' });
    expect(() => encodeResults([other])).toThrow(other);
  });
});
