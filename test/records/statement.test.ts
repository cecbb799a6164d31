import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LeafIndex } from '../../src/base/brand.js';
import { utf8, utf8ToString } from '../../src/base/bytes.js';
import { canonicalJsonBytes, type JsonValue } from '../../src/base/canonical-json.js';
import { sha256Hex } from '../../src/base/hash.js';
import type { HexDigest } from '../../src/base/hex-digest.js';
import { parseInstant } from '../../src/base/time.js';
import { parseStatement } from '../../src/records/parse-statement.js';
import { RecordsError } from '../../src/records/records-error.js';
import {
  placeStatement,
  recordTemplate,
  signatureTemplate,
} from '../../src/records/statement-template.js';
import { formatStatement, MAX_STATEMENT_LENGTH } from '../../src/records/statement.js';
import { failure } from '../support/errors.js';
import { formatExample } from '../support/format-examples.js';
import { recordStatement, signatureStatement, statement } from './arbitraries.js';

const h = (digit: string): string => digit.repeat(64);
const RECORD = {
  $v: 1,
  header: h('1'),
  index: 7,
  kind: 'record',
  parts: [{ payload: h('2'), subject: h('3') }],
  payload: h('4'),
  prev: h('5'),
  recordedAt: '2026-11-23T14:00:00.000Z',
  tags: { author: h('6'), key: h('7'), parties: [h('8'), h('9')], subject: h('a') },
  type: 'tradle.Residence',
};

describe('a statement', () => {
  it('round-trips, of every kind', () => {
    fc.assert(
      fc.property(statement, (value) => {
        const bytes = formatStatement(value);
        expect(parseStatement(bytes)).toEqual(value);
        expect(utf8ToString(bytes).startsWith('{"$v":1,')).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('is refused, or is another one, when one bit has changed', () => {
    fc.assert(
      fc.property(statement, fc.nat(), fc.nat(7), (value, at, bit) => {
        const changed = formatStatement(value);
        const position = at % changed.length;
        changed[position] = (changed[position] ?? 0) ^ (1 << bit);
        let read;
        try {
          read = parseStatement(changed);
        } catch (error) {
          expect(error).toBeInstanceOf(RecordsError);
          return;
        }
        expect(read).not.toEqual(value);
        expect(formatStatement(read)).toEqual(changed);
      }),
      { numRuns: 500 },
    );
  });

  it('is read as docs/formats/statement.md shows it', () => {
    const example = formatExample('statement');
    const bytes = utf8(example['statement'] ?? '');
    expect(formatStatement(parseStatement(bytes))).toEqual(bytes);
    expect(sha256Hex(Uint8Array.of(0, ...bytes))).toBe(example['leafHash']);
    const { 'author tag': author, 'key tag': key, ...others } = formatExample('commitment');
    expect(parseStatement(bytes)).toMatchObject({
      header: formatExample('header')['commitment'],
      payload: others['commitment'],
      tags: { author, key, subject: others['subject tag'] },
    });
  });

  it('is read in the form that the negative cases below are made from', () => {
    expect(parseStatement(canonicalJsonBytes(RECORD))).toMatchObject({ kind: 'record', index: 7 });
  });

  it.each<[string, JsonValue]>([
    ['an unknown member', { ...RECORD, x: 1 }],
    ['an unknown member of tags', { ...RECORD, tags: { ...RECORD.tags, x: h('1') } }],
    ['a member of another kind', { ...RECORD, of: h('1') }],
    ['no header', without(RECORD, 'header')],
    ['no tags', without(RECORD, 'tags')],
    ['no key tag', { ...RECORD, tags: without(RECORD.tags, 'key') }],
    ['an index that is text', { ...RECORD, index: '7' }],
    ['a negative index', { ...RECORD, index: -1 }],
    ['an index beyond 2⁵³', { ...RECORD, index: 2 ** 53 }],
    ['a header in capitals', { ...RECORD, header: h('A') }],
    ['a short header', { ...RECORD, header: '11' }],
    ['a time without milliseconds', { ...RECORD, recordedAt: '2026-11-23T14:00:00Z' }],
    ['a type with a space', { ...RECORD, type: 'a b' }],
    ['a type of 129 characters', { ...RECORD, type: 'a'.repeat(129) }],
    ['no parts but an array for them', { ...RECORD, parts: [] }],
    ['65 parts', { ...RECORD, parts: Array.from({ length: 65 }, () => RECORD.parts[0] ?? 0) }],
    ['a part that is an array', { ...RECORD, parts: [[]] }],
    ['parties that descend', withParties([h('9'), h('8')])],
    ['a party twice', withParties([h('8'), h('8')])],
    ['no parties but an array for them', withParties([])],
    ['format 0', { ...RECORD, $v: 0 }],
    ['format text', { ...RECORD, $v: '1' }],
    ['no object', [RECORD]],
  ])('is refused with %s', (_, value) => {
    const { code, message } = failure(() => parseStatement(canonicalJsonBytes(value)));
    expect(code).toBe('STATEMENT_MALFORMED');
    expect(message).not.toContain('tradle');
  });

  it('is refused in any spelling but the canonical one', () => {
    for (const text of [
      JSON.stringify(RECORD, null, 1),
      JSON.stringify(Object.fromEntries(Object.entries(RECORD).reverse())),
      `${JSON.stringify(RECORD)}\n`,
      JSON.stringify(RECORD).replace('"index":7', '"index":7.0'),
      JSON.stringify(RECORD).replace('"index":7', '"index":7,"index":7'),
    ])
      expect(failure(() => parseStatement(utf8(text))).code).toBe('STATEMENT_MALFORMED');
  });

  it('of a newer format or an unknown kind is told apart from a malformed one', () => {
    const newer = failure(() => parseStatement(canonicalJsonBytes({ ...RECORD, $v: 2 })));
    expect(newer.code).toBe('RECORD_FORMAT_NEWER');
    expect(newer.message).toBe('the statement has format 2; this version reads 1');
    for (const kind of ['poem', 'toString', '__proto__'])
      expect(failure(() => parseStatement(canonicalJsonBytes({ ...RECORD, kind }))).code).toBe(
        'STATEMENT_KIND_UNKNOWN',
      );
  });

  it('of a hand-over has one or two signatures', () => {
    const vkey = 'example.com/log+deadbeef+AAAA';
    const signature = { by: vkey, signature: `${'A'.repeat(86)}==` };
    const handover = {
      $v: 1,
      index: 3,
      kind: 'handover',
      new: vkey,
      old: vkey,
      recordedAt: RECORD.recordedAt,
      rootHash: h('1'),
      size: 3,
    };
    const read = (signatures: JsonValue): unknown =>
      parseStatement(canonicalJsonBytes({ ...handover, signatures }));
    expect(read([signature, signature])).toMatchObject({ size: 3 });
    expect(() => read([])).toThrow(RecordsError);
    expect(() => read([signature, signature, signature])).toThrow(RecordsError);
    expect(() => read([{ ...signature, signature: `${'A'.repeat(85)}B==` }])).toThrow(RecordsError);
    expect(() => parseStatement(canonicalJsonBytes(handover))).toThrow('signatures is missing');
  });

  it('of a hand-over by a group has votes that ascend, and one signature', () => {
    const vkey = 'example.com/log+deadbeef+AAAA';
    const text = `${'A'.repeat(86)}==`;
    const vote = (by: string) => ({
      ...{ by: h(by), lastNode: h('9'), lastNumber: 1, length: 4, signature: text },
    });
    const read = (changes: Readonly<Record<string, JsonValue>>, signatures = 1): unknown =>
      parseStatement(
        canonicalJsonBytes({
          ...{ $v: 1, index: 3, kind: 'handover', new: vkey, old: vkey, size: 3 },
          ...{ recordedAt: RECORD.recordedAt, rootHash: h('1') },
          signatures: new Array<JsonValue>(signatures).fill({ by: vkey, signature: text }),
          election: {
            ...{ node: h('2'), number: 2, signature: text, votes: [vote('3'), vote('4')] },
            ...{ group: 1, ...changes },
          },
        }),
      );
    expect(read({})).toMatchObject({
      election: { number: 2, votes: [{ lastTerm: { number: 1 } }, {}] },
    });
    expect(() => read({}, 2)).toThrow('the new key alone signs');
    expect(() => read({ votes: [vote('4'), vote('3')] })).toThrow('do not ascend');
    expect(() => read({ votes: [vote('3'), vote('3')] })).toThrow('do not ascend');
    expect(() => read({ votes: [] })).toThrow(RecordsError);
    expect(read({ checkpoint: 'a head' })).toMatchObject({ election: { checkpoint: 'a head' } });
    expect(() => read({ checkpoint: '' })).toThrow(RecordsError);
    expect(() => read({ checkpoint: 'x'.repeat(16_385) })).toThrow(RecordsError);
    expect(() => read({ group: -1 })).toThrow(RecordsError);
    expect(() => read({ number: 0 })).toThrow('1 to 2⁴⁰');
    expect(() => read({ number: 2 ** 40 + 1 })).toThrow('1 to 2⁴⁰');
    // Of an empty log nobody wrote the last block.
    expect(() => read({ votes: [{ ...vote('3'), length: 0 }] })).toThrow('unknown member');
  });

  it('of an erasure, and of who has signed for one, names each once, in order, and at most so many', () => {
    const read = (members: Readonly<Record<string, JsonValue>>): unknown =>
      parseStatement(
        canonicalJsonBytes({ $v: 1, index: 3, recordedAt: RECORD.recordedAt, ...members }),
      );
    const row = (n: number): string => n.toString(16).padStart(32, '0');
    const erasure = (...rows: string[]) => ({ kind: 'erasure', id: '0123456789ab', rows });
    const most = Array.from({ length: 1_500 }, (_, n) => row(n));
    expect(read(erasure(...most))).toMatchObject({ id: '0123456789ab' });
    expect(() => read(erasure(...most, row(1_500)))).toThrow(RecordsError);
    expect(() => read(erasure())).toThrow('1 to 1500 items');
    expect(() => read(erasure(row(2), row(1)))).toThrow('do not ascend');
    expect(() => read(erasure(row(1), row(1)))).toThrow('do not ascend');
    expect(() => read(erasure('1'))).toThrow('a row of a vault');
    expect(() => read({ ...erasure(row(1)), id: 'x' })).toThrow('the id of an erasure');
    const word = (node: string) => ({
      ...{ at: RECORD.recordedAt, copies: 0, node: h(node), signature: `${'A'.repeat(86)}==` },
    });
    const erased = (silent: string[], ...words: JsonValue[]) => ({
      ...{ kind: 'erased', erasure: 2, leafHash: h('1'), words },
      ...(silent.length > 0 && { silent }),
    });
    expect(read(erased([h('3')], word('1'), word('2')))).toMatchObject({ erasure: 2 });
    expect(() => read(erased([], word('2'), word('1')))).toThrow('do not ascend');
    expect(() => read(erased([h('4'), h('3')], word('1')))).toThrow('do not ascend');
    expect(() => read(erased([]))).toThrow(RecordsError);
    expect(() => read(erased([], { ...word('1'), more: 1 }))).toThrow('unknown member');
  });

  it('with as many holders as there may be fits', () => {
    const nodes = Array.from({ length: 200 }, (_, n) => n.toString(16).padStart(64, '0'));
    const at = parseInstant(RECORD.recordedAt);
    const words = nodes.map((node) => ({
      ...{ at, copies: 9_999, node: node as HexDigest, signature: `${'A'.repeat(86)}==` },
    }));
    const silent = nodes as HexDigest[];
    const place = { index: (2 ** 40) as LeafIndex, recordedAt: at };
    const said = { erasure: 2 ** 40, leafHash: h('1') as HexDigest, silent, words };
    expect(() => formatStatement({ kind: 'erased', ...place, ...said })).not.toThrow();
  });

  it('of a group names members in order, each once', () => {
    const member = (node: string) => ({
      ...{ hasData: true, mayWrite: true, node: h(node), site: 'fra-1' },
    });
    const read = (changes: Readonly<Record<string, JsonValue>>): unknown =>
      parseStatement(
        canonicalJsonBytes({
          ...{ $v: 1, index: 3, kind: 'group', recordedAt: RECORD.recordedAt, sites: 1 },
          ...{ term: { node: h('1'), number: 1 }, voteQuorum: 2, writeQuorum: 2 },
          members: [member('1'), member('2')],
          ...changes,
        }),
      );
    expect(read({ countries: ['DE', 'NL'] })).toMatchObject({ countries: ['DE', 'NL'] });
    expect(() => read({ countries: ['NL', 'DE'] })).toThrow('do not ascend');
    expect(() => read({ members: [member('2'), member('1')] })).toThrow('do not ascend');
    expect(() => read({ members: [member('1'), member('1')] })).toThrow('do not ascend');
    expect(() => read({ members: [{ ...member('1'), site: 'Fra 1' }] })).toThrow('a site of');
    expect(() => read({ members: [{ ...member('1'), country: 'de' }] })).toThrow('an ISO 3166-1');
    expect(() => read({ members: [] })).toThrow(RecordsError);
    const many = Array.from({ length: 32 }, (_, at) => ({
      ...member('1'),
      node: at.toString(16).padStart(64, '0'),
    }));
    expect(read({ members: many.slice(1) })).toMatchObject({ sites: 1 });
    expect(() => read({ members: many })).toThrow(RecordsError);
  });

  it('is refused beyond 65,535 bytes, when written and when read', () => {
    const loss = {
      kind: 'loss' as const,
      index: 0 as never,
      recordedAt: 0 as never,
      cause: 'x',
      from: 'a',
      origin: 'b',
      recoveredSize: 0,
      recoveryKey: 'a+deadbeef+AAAA',
      verifierKey: 'a+deadbeef+AAAA',
    };
    const base = formatStatement({ ...loss, checkpoint: '' }).length;
    const checkpoint = 'x'.repeat(MAX_STATEMENT_LENGTH - base);
    expect(parseStatement(formatStatement({ ...loss, checkpoint }))).toMatchObject({ checkpoint });
    const tooLarge = failure(() => formatStatement({ ...loss, checkpoint: `${checkpoint}x` }));
    expect(tooLarge.code).toBe('RECORD_TOO_LARGE');
    expect(() => parseStatement(new Uint8Array(65_536))).toThrow('larger than 65,535');
  });
});

describe('a statement template', () => {
  it('placed is, byte for byte, the canonical JSON of the whole', () => {
    fc.assert(
      fc.property(recordStatement, (value) => {
        const { index, recordedAt, prev, ...rest } = value;
        const place = { index, recordedAt, ...(prev !== undefined && { prev }) };
        expect(placeStatement(recordTemplate(rest), place)).toEqual(formatStatement(value));
      }),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(signatureStatement, (value) => {
        const { index, recordedAt, ...rest } = value;
        const placed = placeStatement(signatureTemplate(rest), { index, recordedAt });
        expect(placed).toEqual(formatStatement(value));
      }),
    );
  });

  it('is plain data that crosses to another thread', () => {
    fc.assert(
      fc.property(recordStatement, ({ index, recordedAt, ...rest }) => {
        const template = recordTemplate(rest);
        expect(structuredClone(template)).toEqual(template);
        expect(placeStatement(template, { index, recordedAt })).toBeDefined();
      }),
      { numRuns: 20 },
    );
  });
});

function withParties(parties: string[]): JsonValue {
  return { ...RECORD, tags: { ...RECORD.tags, parties } };
}

function without<T extends object>(object: T, name: keyof T): Record<string, JsonValue> {
  return Object.fromEntries(
    Object.entries(object).filter(([key]) => key !== name) as [string, JsonValue][],
  );
}

describe('an epoch that says a succession', () => {
  const SCRIPT = `0014${'ab'.repeat(20)}`;
  const coin = `${h('c')}:0`;
  const ended = { script: `0014${'cd'.repeat(20)}`, first: coin, last: coin };
  const spent = { ...ended, spentAt: 7, spentBy: h('d') };
  const epoch = (members: Record<string, JsonValue>): Uint8Array =>
    canonicalJsonBytes({
      $v: 1,
      changes: h('1'),
      index: 7,
      kind: 'epoch',
      recordedAt: '2026-11-23T14:00:00.000Z',
      tenants: h('2'),
      ...members,
    });
  const succeeding = (succession: JsonValue, anchorScript = SCRIPT): Uint8Array =>
    epoch({ anchorScript, succession });

  it('is read where it holds together', () => {
    for (const succession of [
      { cause: 'key-change', ended, first: coin, value: 5 },
      { cause: 'lost-wallet', ended: { script: ended.script }, first: coin, value: 5 },
      { cause: 'foreign-spend', ended: spent, first: coin, value: 5 },
    ])
      expect(parseStatement(succeeding(succession))).toMatchObject({ succession });
  });

  it.each<[string, JsonValue, string?]>([
    ['of no other script', { cause: 'key-change', ended, first: coin, value: 5 }, ended.script],
    ['of no known cause', { cause: 'whim', ended, first: coin, value: 5 }],
    ['of a foreign spend that is none', { cause: 'foreign-spend', ended, first: coin, value: 5 }],
    [
      'of another cause than the spend',
      { cause: 'key-change', ended: spent, first: coin, value: 5 },
    ],
    [
      'with half an end',
      { cause: 'key-change', ended: { ...ended, spentAt: 7 }, first: coin, value: 5 },
    ],
    [
      'with a beginning and no end',
      { cause: 'key-change', ended: { script: ended.script, first: coin }, first: coin, value: 5 },
    ],
    ['with more than is known', { cause: 'key-change', ended, first: coin, value: 5, more: 1 }],
    ['without a coin', { cause: 'key-change', ended, value: 5 }],
  ])('is refused %s', (_what, succession, script = SCRIPT) => {
    expect(failure(() => parseStatement(succeeding(succession, script)))).toMatchObject({
      code: 'STATEMENT_MALFORMED',
    });
  });

  it('is refused without a chain', () => {
    const succession = { cause: 'key-change', ended, first: coin, value: 5 };
    expect(failure(() => parseStatement(epoch({ succession })))).toMatchObject({
      code: 'STATEMENT_MALFORMED',
    });
  });
});
