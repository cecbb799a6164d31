import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LeafIndex } from '../../src/base/brand.js';
import { toHex, utf8ToString } from '../../src/base/bytes.js';
import { canonicalJson, type JsonObject } from '../../src/base/canonical-json.js';
import { sha256Hex } from '../../src/base/hash.js';
import { digestFromHex, type HexDigest, hexDigest } from '../../src/base/hex-digest.js';
import { randomBytes } from '../../src/base/random.js';
import { type SecretRef, scopeText, type SecretScope } from '../../src/base/secret-scope.js';
import { parseInstant } from '../../src/base/time.js';
import type { AttachmentDescription } from '../../src/records/attachment.js';
import {
  parseRecordHeader,
  parseSignatureHeader,
  type RecordHeader,
} from '../../src/records/header.js';
import { parseStatement } from '../../src/records/parse-statement.js';
import { prepareRecord } from '../../src/records/prepare-record.js';
import { prepareSignature } from '../../src/records/prepare-signature.js';
import type { PreparedEntry } from '../../src/records/prepared-entry.js';
import { parseRecordInput } from '../../src/records/record-input.js';
import {
  type RecordSecrets,
  retentionOf,
  scopesOfRecord,
  scopesOfSignature,
} from '../../src/records/record-scopes.js';
import { openPart, rowIdOf } from '../../src/records/sealing.js';
import { placeStatement } from '../../src/records/statement-template.js';
import type { RecordStatement, Statement } from '../../src/records/statement.js';
import { personOpener, thingOpener, thingValue, verifyTag } from '../../src/records/tag.js';
import { failure } from '../support/errors.js';
import { SeededRandom } from '../support/seeded-random.js';
import { className, payload, person, typeName } from './arbitraries.js';

const AUTHOR = 'key:4f2a';
const PLACE = {
  index: 7 as LeafIndex,
  recordedAt: parseInstant('2026-11-23T14:00:00.000Z'),
};
const LEAST = { type: 'tradle.Residence', subject: 'customer-4711', payload: { city: 'London' } };
const FULL = {
  ...LEAST,
  key: 'residence',
  validFrom: '2026-01-01T00:00:00.000Z',
  retracts: 'a'.repeat(64),
  parties: ['bank', 'customer-4712'],
  parts: [
    { subject: 'customer-4712', payload: { relation: 'spouse' } },
    { subject: 'customer-4713', class: 'short', payload: {}, nonce: '0'.repeat(32) },
  ],
  retention: 'aml-5y',
};

describe('prepareRecord', () => {
  it('makes an entry that opens to what was sent, whatever it was', () => {
    const part = fc.record({ subject: person, payload }, { requiredKeys: ['subject', 'payload'] });
    const input = fc
      .tuple(
        fc.record({ type: typeName, subject: person, payload }),
        fc.record(
          {
            key: person,
            retention: className,
            parties: fc.uniqueArray(person, { minLength: 1, maxLength: 3 }),
            parts: fc.array(part, { minLength: 1, maxLength: 3 }),
          },
          { requiredKeys: [] },
        ),
      )
      .map(([required, optional]) => ({ ...required, ...optional }));
    fc.assert(
      fc.property(input, (record) => {
        const { entry, secrets } = prepared(record);
        expectOpens(entry, record, secrets);
      }),
    );
  });

  it('says in the header what the record says', () => {
    const { entry, secrets } = prepared(FULL);
    const { header } = opened(entry, secrets);
    expect(header).toMatchObject({
      author: AUTHOR,
      key: 'residence',
      retention: 'aml-5y',
      retracts: FULL.retracts,
      schema: 'none',
      subject: 'customer-4711',
      type: 'tradle.Residence',
      validFrom: parseInstant(FULL.validFrom),
      parts: [{ class: 'aml-5y' }, { class: 'short' }],
    });
    expect(header.keyOpener).toBeUndefined();
    expect(entry).toMatchObject({ kind: 'record', retracts: FULL.retracts, month: '2026-11' });
  });

  it('names the thing by its key, and makes a thing of its own without one', () => {
    const keyed = prepared({ ...LEAST, key: 'residence' });
    const { tags, type } = recordStatementOf(keyed.entry);
    const opener = thingOpener(keyed.secrets.subjectTags.secret, type, 'residence');
    expect(verifyTag(thingValue(type, 'residence'), opener, tags.key)).toBe(true);
    expect(keyed.entry).toMatchObject({ thing: tags.key, isFirst: false });

    const { entry, secrets } = prepared(LEAST);
    const { keyOpener } = opened(entry, secrets).header;
    const ownTag = recordStatementOf(entry).tags.key;
    expect(keyOpener && verifyTag(thingValue(type), digestFromHex(keyOpener), ownTag)).toBe(true);
    expect(entry).toMatchObject({ thing: ownTag, isFirst: true });
    expect(recordStatementOf(prepared(LEAST, 'again').entry).tags.key).not.toBe(ownTag);
  });

  it('tags parties in ascending order, each under the secret of its own', () => {
    const { entry, secrets } = prepared(FULL);
    const { parties } = recordStatementOf(entry).tags;
    const expected = FULL.parties.map((name, at) => {
      const secret = secrets.parties[at]?.secret ?? new Uint8Array(0);
      return parties?.findIndex((tag) => verifyTag(name, personOpener(secret, 'party'), tag));
    });
    expect(expected.sort()).toEqual([0, 1]);
    expect(parties).toEqual([...(parties ?? [])].sort());
  });

  it('seals each part under the secret of its own subject, with a nonce of its own', () => {
    const { entry, secrets } = prepared(FULL);
    const statement = recordStatementOf(entry);
    const texts = (statement.parts ?? []).map((part, at) => {
      const sealed = entry.sealedParts[2 + at] ?? new Uint8Array(0);
      const under = secrets.parts[at];
      if (under === undefined) throw new Error('no secrets');
      expect(rowIdOf(sealed)).toEqual(under.data.rowId);
      expect(() => openPart(sealed, secrets.subjectData.secret, part.payload)).toThrow();
      const { bytes } = openPart(sealed, under.data.secret, part.payload);
      expect(sha256Hex(bytes)).toBe(opened(entry, secrets).header.parts?.[at]?.sha256);
      return JSON.parse(utf8ToString(bytes)) as JsonObject;
    });
    expect(texts[0]).toMatchObject({ subject: 'customer-4712', payload: { relation: 'spouse' } });
    expect(texts[0]?.['nonce']).toMatch(/^[0-9a-f]{32}$/);
    expect(texts[1]).toEqual({ subject: 'customer-4713', payload: {}, nonce: '0'.repeat(32) });
  });

  it('names every row of the vault that the entry needs', () => {
    const { entry, secrets } = prepared(FULL);
    const needed = [
      secrets.subjectTags,
      secrets.subjectData,
      secrets.authorTags,
      ...secrets.parties,
      ...secrets.parts.flatMap(({ tags, data }) => [tags, data]),
    ];
    expect(entry.rowIds.map(toHex).sort()).toEqual(needed.map(({ rowId }) => toHex(rowId)).sort());
  });

  it('tells the same request from another one, and only with an idempotency key', () => {
    const tagged = (record: JsonObject, author = AUTHOR, seed = 'seed'): string | undefined => {
      const { entry } = prepared(record, seed, { author, idempotent: true });
      return entry.recordTag === null ? undefined : toHex(entry.recordTag);
    };
    const first = tagged(FULL);
    expect(tagged({ ...FULL })).toBe(first);
    expect(tagged(Object.fromEntries(Object.entries(FULL).reverse()))).toBe(first);
    for (const other of [
      { ...FULL, payload: { city: 'Paris' } },
      { ...FULL, type: 'tradle.Name' },
      { ...FULL, parties: ['customer-4712', 'bank'] },
      { ...FULL, parts: [FULL.parts[0] ?? null] },
      { ...FULL, parts: [{ subject: 'customer-4712', payload: { relation: 'child' } }] },
      LEAST,
    ])
      expect(tagged(other)).not.toBe(first);
    expect(tagged(FULL, 'key:other')).not.toBe(first);
    expect(prepared(FULL).entry.recordTag).toBeNull();
  });

  it('takes a claim that says the same, and refuses one that does not', () => {
    const record = { ...LEAST, key: 'residence', parts: [FULL.parts[1] ?? null] };
    const partText = canonicalJson({
      nonce: '0'.repeat(32),
      payload: {},
      subject: 'customer-4713',
    });
    const claim = {
      $v: 1,
      author: AUTHOR,
      key: 'residence',
      nonce: '1'.repeat(32),
      payloads: [sha256Hex(canonicalJson(LEAST.payload)), sha256Hex(partText)],
      subject: LEAST.subject,
      type: LEAST.type,
    };
    const { entry, secrets } = prepared({ ...record, claim });
    expect(opened(entry, secrets).header.claim).toEqual(claim);
    for (const [path, other] of [
      ['/claim/author', { ...claim, author: 'someone else' }],
      ['/claim/payloads', { ...claim, payloads: [claim.payloads[0] ?? ''] }],
      ['/claim/validFrom', { ...claim, validFrom: '2026-01-01T00:00:00.000Z' }],
    ] as const)
      expect(failure(() => prepared({ ...record, claim: other }))).toMatchObject({
        code: 'RECORD_CLAIM_DIFFERS',
        path,
      });
  });

  it('says in the header what it attaches, and asks the claim for it behind payload and parts', () => {
    const [one, two] = ['1'.repeat(64), '2'.repeat(64)].map(hexDigest) as [HexDigest, HexDigest];
    const attachments = [
      { entry: one, mediaType: 'application/pdf', name: 'a.pdf', sha256: sha256Hex('a'), size: 1 },
      { entry: two, mediaType: 'image/png', sha256: sha256Hex('b'), size: 1 },
    ];
    const nonce = '0'.repeat(32);
    const part = { subject: 'customer-4712', payload: {}, nonce };
    const record = {
      ...{ ...LEAST, parts: [part] },
      attachments: [{ file: one, name: 'a.pdf' }, { file: two }],
    };
    const said = [LEAST.payload, { nonce, payload: {}, subject: part.subject }];
    const own = said.map((value) => sha256Hex(canonicalJson(value)));
    const claim = (payloads: readonly string[]) => ({
      ...{ $v: 1, author: AUTHOR, nonce, payloads, subject: LEAST.subject, type: LEAST.type },
    });
    const all = claim([...own, sha256Hex('a'), sha256Hex('b')]);
    const { entry, secrets } = prepared({ ...record, claim: all }, 'seed', { attachments });
    expect(opened(entry, secrets).header).toMatchObject({ attachments, claim: all });
    for (const payloads of [
      own,
      [...own, sha256Hex('a')],
      [...own, sha256Hex('b'), sha256Hex('a')],
      [own[0] ?? '', sha256Hex('a'), sha256Hex('b'), own[1] ?? ''],
      [...all.payloads, sha256Hex('c')],
    ])
      expect(
        failure(() => prepared({ ...record, claim: claim(payloads) }, 'seed', { attachments })),
      ).toMatchObject({ code: 'RECORD_CLAIM_DIFFERS', path: '/claim/payloads' });
  });

  it('never leaves out what a record attaches', () => {
    expect(() => prepared({ ...LEAST, attachments: [{ file: '1'.repeat(64) }] })).toThrow(
      'every attachment was looked for',
    );
  });

  it('refuses a claim that is none', () => {
    const error = failure(() => prepared({ ...LEAST, claim: { $v: 1, text: 'x' } }));
    expect(error).toMatchObject({ code: 'RECORD_MALFORMED', path: '/claim' });
  });

  it('leaves nothing personal in the statement, and nothing at all that repeats', () => {
    const first = prepared(FULL, 'one');
    const second = prepared(FULL, 'two');
    const text = utf8ToString(placeStatement(first.entry.template, PLACE));
    for (const word of ['customer', 'bank', 'London', 'key:', 'residence"', 'aml', 'spouse'])
      expect(text).not.toContain(word);
    const [a, b] = [recordStatementOf(first.entry), recordStatementOf(second.entry)];
    expect(a.header).not.toBe(b.header);
    expect(a.payload).not.toBe(b.payload);
  });

  it('makes plain data, which is the same after it has crossed to another thread', () => {
    const { entry } = prepared(FULL, 'seed', { idempotent: true });
    expect(structuredClone(entry)).toEqual(entry);
  });

  it('crashes if there is not a secret for every party and part', () => {
    const record = parseRecordInput(FULL);
    const { secrets } = prepared(FULL);
    for (const missing of [{ parties: [] }, { parts: [] }])
      expect(() =>
        prepareRecord(record, {
          ...OPTIONS,
          retention: 'default',
          secrets: { ...secrets, ...missing },
        }),
      ).toThrow('assertion failed');
  });
});

describe('the retention class of a record', () => {
  const headerOf = ({ entry, secrets }: ReturnType<typeof prepared>): RecordHeader => {
    const { header } = recordStatementOf(entry);
    const [sealed] = entry.sealedParts;
    if (sealed === undefined) throw new Error('a record has a header');
    return parseRecordHeader(openPart(sealed, secrets.subjectData.secret, header).bytes);
  };
  const record = {
    type: 'test.A',
    subject: 'anna',
    payload: {},
    parts: [{ subject: 'bo', payload: {} }],
  };
  const typeClasses = { 'test.A': 'a', default: 'b', constructor: 'c' };

  it('is its own, its type’s, or `default`, and its parts’ unless they have their own', () => {
    const classes = (value: JsonObject, given = typeClasses): unknown => {
      const { retention, parts = [] } = headerOf(prepared(value, 'seed', { typeClasses: given }));
      return [retention, ...parts.map((part) => part.class)];
    };
    expect(classes(record)).toEqual(['a', 'a']);
    expect(classes({ ...record, retention: 'x' })).toEqual(['x', 'x']);
    expect(classes({ ...record, type: 'test.B' })).toEqual(['default', 'default']);
    expect(classes({ ...record, type: 'toString' })).toEqual(['default', 'default']);
    const parts = [{ subject: 'bo', class: 'y', payload: {} }];
    expect(classes({ ...record, parts })).toEqual(['a', 'y']);
  });

  it('is no part of what makes two requests the same', () => {
    const tag = (given: Record<string, string>): unknown =>
      prepared(record, 'seed', { idempotent: true, typeClasses: given }).entry.recordTag;
    expect(tag(typeClasses)).toEqual(tag({}));
  });
});

describe('prepareSignature', () => {
  it('seals the CMS with the record it signs, and opens again', () => {
    const cms = Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x05);
    const of = hexDigest('b'.repeat(64));
    const secrets = minted(scopesOfSignature('customer-4711', 'aml-5y', AUTHOR, '2026-11'));
    const entry = prepareSignature({
      ...OPTIONS,
      of,
      cms,
      subject: 'customer-4711',
      retention: 'aml-5y',
      secrets,
    });
    const statement = parseStatement(placeStatement(entry.template, PLACE));
    if (statement.kind !== 'signature') throw new Error('not a signature');
    const [headerPart, payloadPart] = entry.sealedParts;
    if (headerPart === undefined || payloadPart === undefined) throw new Error('two parts');
    const under = secrets.subjectData.secret;
    const header = parseSignatureHeader(openPart(headerPart, under, statement.header).bytes);
    expect(openPart(payloadPart, under, statement.payload).bytes).toEqual(cms);
    expect(header).toEqual({
      author: AUTHOR,
      of,
      payload: { mediaType: 'application/pkcs7-signature', sha256: sha256Hex(cms), size: 5 },
      retention: 'aml-5y',
      subject: 'customer-4711',
    });
    expect(statement).toMatchObject({ of, index: 7 });
    const subject = personOpener(secrets.subjectTags.secret, 'subject');
    expect(verifyTag('customer-4711', subject, statement.tags.subject)).toBe(true);
    expect(entry).toMatchObject({ kind: 'signature', thing: null, isFirst: true, recordTag: null });
    expect(entry.follows).toBeNull();
    expect(statement).not.toHaveProperty('prev');
  });

  it('names the version of itself that it follows', () => {
    const secrets = minted(scopesOfSignature('customer-4711', 'default', AUTHOR, '2026-11'));
    const [of, prev] = ['b'.repeat(64), 'c'.repeat(64)].map(hexDigest);
    if (of === undefined || prev === undefined) throw new Error('two digests');
    const entry = prepareSignature({
      ...OPTIONS,
      of,
      prev,
      cms: Uint8Array.of(1),
      subject: 'customer-4711',
      retention: 'default',
      secrets,
    });
    expect(entry.follows).toBe(prev);
    expect(parseStatement(placeStatement(entry.template, PLACE))).toMatchObject({ of, prev });
  });
});

const OPTIONS = {
  author: AUTHOR,
  month: '2026-11',
  idempotent: false,
  schema: 'none',
  random: new SeededRandom('prepare'),
};

interface Overrides {
  attachments?: readonly AttachmentDescription[];
  author?: string;
  idempotent?: boolean;
  typeClasses?: Record<string, string>;
}

function prepared(
  value: JsonObject,
  seed = 'seed',
  overrides: Overrides = {},
): { entry: PreparedEntry; secrets: RecordSecrets } {
  const record = parseRecordInput(value);
  const options = { ...OPTIONS, random: new SeededRandom(seed), ...overrides };
  const retention = retentionOf(record, overrides.typeClasses ?? {});
  const secrets = minted(scopesOfRecord(record, options.author, options.month, retention));
  return { entry: prepareRecord(record, { ...options, retention, secrets }), secrets };
}

/** A secret for each scope, the same for the same scope: as the vault would. */
function minted<T>(scopes: T): { [K in keyof T]: Minted<T[K]> } {
  return mint(scopes) as { [K in keyof T]: Minted<T[K]> };
}

type Minted<T> = T extends SecretScope
  ? SecretRef
  : T extends readonly (infer Item)[]
    ? Minted<Item>[]
    : { [K in keyof T]: Minted<T[K]> };

function mint(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mint);
  if (typeof value !== 'object' || value === null) return value;
  if (!('use' in value))
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mint(inner)]));
  const random = new SeededRandom(scopeText(value as SecretScope));
  return { rowId: randomBytes(random, 16), secret: randomBytes(random, 32) };
}

function recordStatementOf(entry: PreparedEntry): RecordStatement {
  const statement: Statement = parseStatement(placeStatement(entry.template, PLACE));
  if (statement.kind !== 'record') throw new Error('not a record');
  return statement;
}

function opened(entry: PreparedEntry, secrets: RecordSecrets) {
  const statement = recordStatementOf(entry);
  const [headerPart, payloadPart] = entry.sealedParts;
  if (headerPart === undefined || payloadPart === undefined) throw new Error('two parts');
  const open = (sealed: Uint8Array, commitment: HexDigest): Uint8Array =>
    openPart(sealed, secrets.subjectData.secret, commitment).bytes;
  return {
    statement,
    header: parseRecordHeader(open(headerPart, statement.header)),
    payload: open(payloadPart, statement.payload),
  };
}

function expectOpens(
  entry: PreparedEntry,
  record: { subject: string; payload: JsonObject; parts?: readonly unknown[] },
  secrets: RecordSecrets,
): void {
  const { statement, header, payload: bytes } = opened(entry, secrets);
  expect(utf8ToString(bytes)).toBe(canonicalJson(record.payload));
  expect(header.payload).toEqual({
    mediaType: 'application/json',
    sha256: sha256Hex(bytes),
    size: bytes.length,
  });
  const subject = personOpener(secrets.subjectTags.secret, 'subject');
  expect(verifyTag(record.subject, subject, statement.tags.subject)).toBe(true);
  expect(entry.subjectTag).toBe(statement.tags.subject);
  const author = personOpener(secrets.authorTags.secret, 'author');
  expect(verifyTag(AUTHOR, author, statement.tags.author)).toBe(true);
  expect(entry.sealedParts).toHaveLength(2 + (record.parts?.length ?? 0));
}
