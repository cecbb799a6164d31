/** Other members than format 1 has, and other spellings of the same values: all refused as unusable. */
import { utf8 } from '../../../src/base/bytes.js';
import { edited, type Node, objectsOf, parse, type Path, remove, set } from './json-edit.js';
import { type NamedMutation, unusable } from './named-mutation.js';

export function mutationsOfForm(bytes: Uint8Array): NamedMutation[] {
  return [
    ...membersAdded(bytes),
    ...membersDropped(bytes),
    ...wrongTypes(bytes),
    ...spellings(bytes),
  ];
}

function membersAdded(bytes: Uint8Array): NamedMutation[] {
  return objectsOf(parse(bytes)).map((path) =>
    unusable(
      `a member added at /${path.join('/')}`,
      edited(bytes, (file) => {
        set(file, [...path, 'note'], 'added');
      }),
    ),
  );
}

function membersDropped(bytes: Uint8Array): NamedMutation[] {
  return REQUIRED.map((path) =>
    unusable(
      `without /${path.join('/')}`,
      edited(bytes, (file) => {
        remove(file, path);
      }),
    ),
  );
}

/** Of every sort of object one or more that it cannot do without. */
const REQUIRED: readonly Path[] = [
  ['$v'],
  ['entry'],
  ['entry', 'inclusion'],
  ['entry', 'statement'],
  ['entry', 'header'],
  ['entry', 'header', 'salt'],
  ['entry', 'payload', 'bytes'],
  ['log'],
  ['log', 'checkpoint'],
  ['log', 'first'],
  ['log', 'handovers'],
  ['log', 'handovers', 0, 'inclusion'],
  ['anchors', 'after'],
  ['anchors', 'after', 'chain'],
  ['anchors', 'after', 'consistency'],
  ['anchors', 'after', 'epoch', 'size'],
  ['anchors', 'after', 'head'],
  ['anchors', 'after', 'tenant', 'root'],
  ['anchors', 'after', 'transaction', 'coinbase'],
  ['anchors', 'before', 'log', 'salt'],
];

function wrongTypes(bytes: Uint8Array): NamedMutation[] {
  const withValue = (name: string, path: Path, value: unknown): NamedMutation =>
    unusable(
      name,
      edited(bytes, (file: Node) => {
        set(file, path, value);
      }),
    );
  return [
    withValue('null for an object', ['log', 'first'], null),
    withValue('an object for an array', ['log', 'handovers'], {}),
    withValue('a text for a number', ['anchors', 'after', 'epoch', 'size'], '5'),
    withValue('a fraction for a number', ['anchors', 'after', 'epoch', 'size'], 4.5),
    withValue('an empty list where none may stand', ['signatures'], []),
    withValue('an object of openers that opens nothing', ['entry', 'openers'], {}),
    withValue('a salt of 31 bytes', ['entry', 'header', 'salt'], `${'A'.repeat(41)}=`),
    withValue('a proof of 65 hashes', ['entry', 'inclusion'], Array(65).fill(`${'A'.repeat(43)}=`)),
    withValue('an unknown chain', ['anchors', 'after', 'chain'], 'dogecoin'),
    withValue('an unknown part of development', ['development'], ['log']),
    withValue('a part of a header', ['anchors', 'after', 'transaction', 'headers'], '00'),
  ];
}

function spellings(bytes: Uint8Array): NamedMutation[] {
  const text = Buffer.from(bytes).toString('utf8');
  const spelt = (name: string, change: (json: string) => string): NamedMutation =>
    unusable(name, utf8(change(text)));
  return [
    spelt('a space after a comma', (json) => json.replace(',', ', ')),
    spelt('a newline at the end', (json) => `${json}\n`),
    spelt('a byte order mark', (json) => `\ufeff${json}`),
    unusable('UTF-16', new Uint8Array(Buffer.from(text, 'utf16le'))),
    spelt('indented', (json) => JSON.stringify(JSON.parse(json), null, 2)),
    spelt('members in another order', (json) => {
      const { $v, ...rest } = JSON.parse(json) as Node;
      return JSON.stringify({ ...rest, $v });
    }),
    spelt('a letter as an escape', (json) => json.replace('"entry"', '"\\u0065ntry"')),
    spelt('1.0 for 1', (json) => json.replace('"$v":1', '"$v":1.0')),
    spelt('1e0 for 1', (json) => json.replace('"$v":1', '"$v":1e0')),
    spelt('a member twice', (json) => json.replace('{"$v":1', '{"$v":1,"$v":1')),
    spelt('__proto__', (json) => json.replace('{"$v":1', '{"$v":1,"__proto__":{}')),
    spelt('the file in a list', (json) => `[${json}]`),
    spelt('two files in one', (json) => json + json),
    spelt('base64 without its padding', (json) => json.replace('="', '"')),
    spelt('base64 with bits that mean nothing', (json) => json.replace(/[AQgw]==/, 'B==')),
    spelt('the base64 of URLs', (json) =>
      json.replace(/"seal":"[^"]*"/, (seal) => seal.replaceAll('+', '-').replaceAll('/', '_')),
    ),
    spelt('hex in capitals', (json) =>
      json.replace(/"coinbase":"[^"]*"/, (member) =>
        member.toUpperCase().replace('COINBASE', 'coinbase'),
      ),
    ),
    spelt('a newer format', (json) => json.replace('"$v":1', '"$v":2')),
    spelt('format 0', (json) => json.replace('"$v":1', '"$v":0')),
    spelt('cut in half', (json) => json.slice(0, json.length / 2)),
    spelt('without its last byte', (json) => json.slice(0, -1)),
    spelt('nothing at all', () => ''),
    spelt('another JSON file', () => '{"hello":"world"}'),
    spelt('no JSON', () => 'PK\u0003\u0004'),
    spelt('a thousand brackets', () => '['.repeat(1000) + ']'.repeat(1000)),
  ];
}
