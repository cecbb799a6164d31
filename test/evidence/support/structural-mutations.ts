/**
 * What can be done to an evidence file without any key: parts altered, left out, doubled, put elsewhere,
 * taken from other files. Each with the verdict that it must get from somebody who trusts the operator.
 */
import { toBase64, utf8 } from '../../../src/base/bytes.js';
import type { CheckId } from '../../../src/evidence/verification-report.js';
import type { Built } from '../evidence-builder.js';
import { edited, get, objectsOf, parse, type Path, remove, set, update } from './json-edit.js';
import type { Verdict } from './verdict.js';

export interface NamedMutation {
  readonly name: string;
  readonly expected: readonly Verdict[];
  /** The check that must fail, where there is one that is there for it. */
  readonly check?: CheckId;
  readonly bytes: Uint8Array;
}

export interface Originals {
  readonly bank: Built;
  /** Another ledger of the same operator. */
  readonly other: Built;
  /** Somebody else, with keys and a chain of their own. */
  readonly stranger: Built;
  /** Somebody else, in blocks of which the verifier knows nothing. */
  readonly unknown: Built;
}

const FAILED: readonly Verdict[] = ['failed'];
const UNUSABLE: readonly Verdict[] = ['unusable'];
const REFUSED: readonly Verdict[] = ['failed', 'unusable'];

const AFTER: Path = ['anchors', 'after'];
const BEFORE: Path = ['anchors', 'before'];

export function structuralMutations(originals: Originals): NamedMutation[] {
  return [
    ...members(originals.bank),
    ...spellings(originals.bank),
    ...values(originals.bank),
    ...orders(originals.bank),
    ...transplants(originals),
  ];
}

function members({ bytes }: Built): NamedMutation[] {
  const file = parse(bytes);
  const added = objectsOf(file).map((path) =>
    mutation(
      `a member added at /${path.join('/')}`,
      UNUSABLE,
      edited(bytes, (copy) => {
        set(copy, [...path, 'note'], 'added');
      }),
    ),
  );
  const dropped = REQUIRED.map((path) =>
    mutation(
      `without /${path.join('/')}`,
      UNUSABLE,
      edited(bytes, (copy) => {
        remove(copy, path);
      }),
    ),
  );
  return [...added, ...dropped];
}

/** What every file of its kind has. */
const REQUIRED: readonly Path[] = [
  ['$v'],
  ['entry'],
  ['entry', 'inclusion'],
  ['entry', 'statement'],
  ['entry', 'header', 'salt'],
  ['entry', 'payload', 'bytes'],
  ['log'],
  ['log', 'checkpoint'],
  ['log', 'first'],
  ['log', 'handovers'],
  [...AFTER],
  [...AFTER, 'consistency'],
  [...AFTER, 'epoch', 'size'],
  [...AFTER, 'head'],
  [...AFTER, 'tenant', 'root'],
  [...AFTER, 'transaction', 'coinbase'],
  [...BEFORE, 'log', 'salt'],
];

function spellings({ bytes }: Built): NamedMutation[] {
  const text = Buffer.from(bytes).toString('utf8');
  const respelt = (name: string, change: (text: string) => string | Uint8Array): NamedMutation => {
    const changed = change(text);
    return mutation(name, UNUSABLE, typeof changed === 'string' ? utf8(changed) : changed);
  };
  return [
    respelt('a space after a comma', (json) => json.replace(',', ', ')),
    respelt('a newline at the end', (json) => `${json}\n`),
    respelt('a byte order mark', (json) => `\ufeff${json}`),
    respelt('UTF-16', (json) => new Uint8Array(Buffer.from(json, 'utf16le'))),
    respelt('indented', (json) => JSON.stringify(JSON.parse(json), null, 2)),
    respelt('members in another order', (json) => {
      const { $v, ...rest } = JSON.parse(json) as Record<string, unknown>;
      return JSON.stringify({ ...rest, $v });
    }),
    respelt('a letter as an escape', (json) => json.replace('"entry"', '"\\u0065ntry"')),
    respelt('1.0 for 1', (json) => json.replace('"$v":1', '"$v":1.0')),
    respelt('1e0 for 1', (json) => json.replace('"$v":1', '"$v":1e0')),
    respelt('a member twice', (json) => json.replace('{"$v":1', '{"$v":1,"$v":1')),
    respelt('a file inside an array', (json) => `[${json}]`),
    respelt('two files in one', (json) => json + json),
    respelt('base64 without its padding', (json) => json.replace('=="', '"')),
    respelt('base64 with bits that mean nothing', (json) => json.replace(/[AQgw]==/, 'B==')),
    respelt('the alphabet of URLs', (json) =>
      json.replace(/"seal":"[^"]*"/, (seal) => seal.replaceAll('+', '-').replaceAll('/', '_')),
    ),
    respelt('hex in capitals', (json) =>
      json.replace(/"subject":"[0-9a-f]{64}"/, (member) =>
        member.toUpperCase().replace('SUBJECT', 'subject'),
      ),
    ),
    respelt('an empty file', () => ''),
    respelt('cut in half', (json) => json.slice(0, json.length / 2)),
    respelt('without its last byte', (json) => json.slice(0, -1)),
    respelt('another JSON file', () => '{"hello":"world"}'),
    respelt('no JSON at all', () => 'PK\u0003\u0004'),
    respelt('nested a thousand deep', () => '['.repeat(1000) + ']'.repeat(1000)),
    respelt('a newer format', (json) => json.replace('"$v":1', '"$v":2')),
    respelt('null for an object', (json) =>
      edited(utf8(json), (file) => set(file, ['log', 'first'], null)),
    ),
    respelt('an object for an array', (json) =>
      edited(utf8(json), (file) => set(file, ['log', 'handovers'], {})),
    ),
    respelt('a text for a number', (json) =>
      edited(utf8(json), (file) => set(file, [...AFTER, 'epoch', 'size'], '5')),
    ),
    respelt('no signatures where there is a list of them', (json) =>
      edited(utf8(json), (file) => set(file, ['signatures'], [])),
    ),
    respelt('no openers where there is an object of them', (json) =>
      edited(utf8(json), (file) => set(file, ['entry', 'openers'], {})),
    ),
    respelt('openers without the header', (json) =>
      edited(utf8(json), (file) => {
        remove(file, ['entry', 'header']);
      }),
    ),
  ];
}

function values({ bytes }: Built): NamedMutation[] {
  const statementWith = (from: string, to: string) =>
    edited(bytes, (file) => {
      update(file, ['entry', 'statement'], (statement: string) => rewritten(statement, from, to));
    });
  const withValue = (path: Path, value: unknown) =>
    edited(bytes, (file) => {
      set(file, path, value);
    });
  return [
    mutation(
      'another city in the payload',
      FAILED,
      edited(bytes, (file) => {
        update(file, ['entry', 'payload', 'bytes'], (payload: string) =>
          rewritten(payload, 'Seilergraben 1', 'Seilergraben 2'),
        );
      }),
    ),
    mutation(
      'another subject in the header',
      FAILED,
      edited(bytes, (file) => {
        update(file, ['entry', 'header', 'bytes'], (header: string) =>
          rewritten(header, 'customer-4711', 'customer-4712'),
        );
      }),
    ),
    mutation(
      'an empty object for the payload',
      FAILED,
      edited(bytes, (file) => {
        set(file, ['entry', 'payload', 'bytes'], toBase64(utf8('{}')));
      }),
    ),
    mutation('another index in the statement', FAILED, statementWith('"index":9', '"index":8')),
    mutation('a year earlier', FAILED, statementWith('2026-11-02', '2025-11-02')),
    mutation('another type', FAILED, statementWith('tradle.Residence', 'tradle.Residencx')),
    mutation('another kind', REFUSED, statementWith('"kind":"record"', '"kind":"recorx"')),
    mutation('a member in the statement', FAILED, statementWith('"type":', '"tyqe":1,"type":')),
    mutation(
      'another tree size in the checkpoint',
      FAILED,
      edited(bytes, (file) => {
        update(file, ['log', 'checkpoint'], (note: string) => note.replace('\n20\n', '\n21\n'));
      }),
    ),
    mutation(
      'another line in the checkpoint',
      FAILED,
      edited(bytes, (file) => {
        update(file, ['log', 'checkpoint'], (note: string) => note.replace('\n\n', '\nnote\n\n'));
      }),
    ),
    mutation(
      'an unsigned checkpoint',
      FAILED,
      edited(bytes, (file) => {
        update(file, ['log', 'checkpoint'], (note: string) =>
          note.slice(0, note.indexOf('\n\n') + 1),
        );
      }),
    ),
    mutation(
      'a signature line by nobody known',
      FAILED,
      edited(bytes, (file) => {
        update(
          file,
          ['log', 'checkpoint'],
          (note: string) => `${note}— witness.example ${'A'.repeat(92)}\n`,
        );
      }),
    ),
    mutation('another chain named', FAILED, withValue([...AFTER, 'chain'], 'bitcoin:mainnet')),
    mutation(
      'another network in the proof',
      FAILED,
      withValue([...AFTER, 'transaction', 'network'], 'mainnet'),
    ),
    mutation('another epoch size', FAILED, withValue([...AFTER, 'epoch', 'size'], 6)),
    mutation('another height', FAILED, withValue([...AFTER, 'transaction', 'height'], 329)),
    mutation(
      'headers said to begin elsewhere',
      FAILED,
      withValue([...AFTER, 'transaction', 'headersFrom'], 301),
    ),
    mutation(
      'one header less',
      REFUSED,
      edited(bytes, (file) => {
        update(file, [...AFTER, 'transaction', 'headers'], (headers: string) => headers.slice(160));
      }),
    ),
    mutation(
      'a part of a header',
      UNUSABLE,
      edited(bytes, (file) => {
        update(file, [...AFTER, 'transaction', 'headers'], (headers: string) => headers.slice(2));
      }),
    ),
    mutation(
      'development hidden',
      FAILED,
      edited(bytes, (file) => {
        remove(file, ['development']);
      }),
    ),
    mutation(
      'the development of the seal hidden',
      FAILED,
      withValue(['development'], ['devchain']),
    ),
    mutation(
      'development named twice',
      FAILED,
      withValue(['development'], ['devchain', 'devchain']),
    ),
    mutation('an unknown part of development', UNUSABLE, withValue(['development'], ['log'])),
  ];
}

function orders({ bytes }: Built): NamedMutation[] {
  const reordered = (name: string, path: Path, change: (list: unknown[]) => unknown[]) =>
    mutation(
      name,
      FAILED,
      edited(bytes, (file) => {
        update(file, path, change);
      }),
    );
  const reversed = (list: unknown[]) => list.toReversed();
  const shorter = (list: unknown[]) => list.slice(1);
  const longer = (list: unknown[]) => [...list, list[0]];
  return [
    reordered('the path of the entry reversed', ['entry', 'inclusion'], reversed),
    reordered('the path of the entry cut short', ['entry', 'inclusion'], shorter),
    reordered('the path of the entry too long', ['entry', 'inclusion'], longer),
    reordered('no path at all', ['entry', 'inclusion'], () => []),
    reordered('the consistency proof reversed', [...AFTER, 'consistency'], reversed),
    reordered('the consistency proof cut short', [...AFTER, 'consistency'], shorter),
    reordered('no consistency proof', [...BEFORE, 'consistency'], () => []),
    reordered('the path of the epoch too long', [...AFTER, 'epoch', 'inclusion'], longer),
    reordered('the signatures in another order', ['signatures'], reversed),
    reordered('a signature twice', ['signatures'], longer),
    reordered('a handover twice', ['log', 'handovers'], longer),
    reordered('a handover left out', ['log', 'handovers'], () => []),
    mutation(
      'the anchors exchanged',
      FAILED,
      edited(bytes, (file) => {
        const [after, before] = [get(file, AFTER), get(file, BEFORE)];
        set(file, AFTER, before);
        set(file, BEFORE, after);
      }),
    ),
    mutation(
      'one anchor for both',
      FAILED,
      edited(bytes, (file) => {
        set(file, BEFORE, get(file, AFTER));
      }),
    ),
    mutation(
      'the transaction of the other anchor',
      FAILED,
      edited(bytes, (file) => {
        set(file, [...AFTER, 'transaction'], get(file, [...BEFORE, 'transaction']));
      }),
    ),
    mutation(
      'the headers of the other anchor',
      FAILED,
      edited(bytes, (file) => {
        set(
          file,
          [...AFTER, 'transaction', 'headers'],
          get(file, [...BEFORE, 'transaction', 'headers']),
        );
      }),
    ),
    mutation(
      'the payload of one signature in another',
      FAILED,
      edited(bytes, (file) => {
        set(file, ['signatures', 0, 'payload'], get(file, ['signatures', 1, 'payload']));
      }),
    ),
    mutation(
      'a signature in place of the entry',
      FAILED,
      edited(bytes, (file) => {
        set(file, ['entry'], get(file, ['signatures', 0]));
      }),
    ),
    mutation(
      'the entry in place of a signature',
      FAILED,
      edited(bytes, (file) => {
        set(file, ['signatures', 0], get(file, ['entry']));
      }),
    ),
    mutation(
      'the entry in place of the first',
      FAILED,
      edited(bytes, (file) => {
        for (const member of ['statement', 'inclusion'])
          set(file, ['log', 'first', member], get(file, ['entry', member]));
      }),
    ),
  ];
}

function transplants({ bank, other, stranger, unknown }: Originals): NamedMutation[] {
  const from = (name: string, expected: readonly Verdict[], donor: Built, ...paths: Path[]) =>
    mutation(
      name,
      expected,
      edited(bank.bytes, (file) => {
        const source = parse(donor.bytes);
        for (const path of paths) set(file, path, get(source, path));
      }),
    );
  const olderCheckpoint = (size: number) => bank.checkpointAt(size);
  return [
    from('the path of another ledger’s entry', FAILED, other, ['entry', 'inclusion']),
    from('another ledger’s entry', FAILED, other, ['entry']),
    from('another ledger’s checkpoint', FAILED, other, ['log', 'checkpoint']),
    from('another ledger’s first entry', FAILED, other, ['log', 'first']),
    from('another ledger’s handovers', FAILED, other, ['log', 'handovers']),
    from('another ledger’s seal', FAILED, other, ['log', 'seal']),
    from('another ledger’s recovery signature', FAILED, other, ['log', 'recoverySignature']),
    from('another ledger’s log', FAILED, other, ['log']),
    from('another ledger’s anchors', FAILED, other, ['anchors']),
    from('another ledger’s anchor after', FAILED, other, AFTER),
    from('another ledger’s anchor before', FAILED, other, BEFORE),
    from(
      'another ledger’s head and place in the map',
      FAILED,
      other,
      [...AFTER, 'head'],
      [...AFTER, 'log'],
    ),
    from('another ledger’s signatures', FAILED, other, ['signatures']),
    from('another ledger’s CMS', FAILED, other, ['signatures', 0, 'payload', 'bytes']),
    from('a stranger’s log', FAILED, stranger, ['log']),
    from('a stranger’s seal', FAILED, stranger, ['log', 'seal']),
    from('a stranger’s anchors', FAILED, stranger, ['anchors']),
    from('a stranger’s signatures', FAILED, stranger, ['signatures']),
    mutation(
      'an older checkpoint that holds the entry',
      FAILED,
      edited(bank.bytes, (file) => {
        set(file, ['log', 'checkpoint'], olderCheckpoint(16));
      }),
    ),
    mutation(
      'an older checkpoint that does not',
      FAILED,
      edited(bank.bytes, (file) => {
        set(file, ['log', 'checkpoint'], olderCheckpoint(8));
      }),
    ),
    mutation('a stranger’s file in a chain that contradicts the pinned blocks', FAILED, stranger.bytes),
    mutation('a whole forgery with fresh keys', ['consistent'], unknown.bytes),
    mutation(
      'a stranger’s file with this operator’s identity',
      FAILED,
      edited(stranger.bytes, (file) => {
        const source = parse(bank.bytes);
        for (const path of [
          ['log', 'seal'],
          ['log', 'recoverySignature'],
        ])
          set(file, path, get(source, path));
      }),
    ),
    mutation(
      'a stranger’s entry in this operator’s file',
      FAILED,
      edited(stranger.bytes, (file) => {
        const source = parse(bank.bytes);
        set(source, ['entry'], get(file, ['entry']));
        Object.assign(file, source);
      }),
    ),
  ];
}

function mutation(name: string, expected: readonly Verdict[], bytes: Uint8Array): NamedMutation {
  return { name, expected, bytes };
}

/** One text for another of the same length or not, inside base64. */
function rewritten(encoded: string, from: string, to: string): string {
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  if (!text.includes(from)) throw new Error('there is nothing to rewrite');
  return toBase64(utf8(text.replace(from, to)));
}
