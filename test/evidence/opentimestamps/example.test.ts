/** The worked example of docs/formats/opentimestamps.md is what the writer writes, and means what the page says. */
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { fromHex, toHex, utf8 } from '../../../src/base/bytes.js';
import { sha256 } from '../../../src/base/hash.js';
import type { OtsTimestamp } from '../../../src/evidence/opentimestamps/ots-file.js';
import { parseOtsFile } from '../../../src/evidence/opentimestamps/parse-ots-file.js';
import { writeOtsFile } from '../../../src/evidence/opentimestamps/write-ots-file.js';
import { toldBy } from './support/told.js';

const page = readFileSync('docs/formats/opentimestamps.md', 'utf8');

/** Its block of hex: what stands behind two spaces is for people. */
function example(): Uint8Array {
  const [, block = ''] = /```hex\n([^`]*)```/.exec(page) ?? [];
  const lines = block.trimEnd().split('\n');
  return fromHex(lines.map((line) => line.replace(/ {2}.*/, '').replaceAll(' ', '')).join(''));
}

it('docs/formats/opentimestamps.md shows a file as it is written', () => {
  const attestations = [
    { kind: 'development', chain: 'devchain' },
    { kind: 'pending', uri: 'https://alice.btc.calendar.opentimestamps.org' },
    { kind: 'bitcoin', height: 102 },
  ] as const;
  const nonce = fromHex('000102030405060708090a0b0c0d0e0f');
  const hashed: OtsTimestamp = {
    attestations: [],
    branches: [{ operation: { kind: 'sha256' }, timestamp: { attestations, branches: [] } }],
  };
  const timestamp: OtsTimestamp = {
    attestations: [],
    branches: [{ operation: { kind: 'append', argument: nonce }, timestamp: hashed }],
  };
  const digest = sha256(utf8('Hello World!\n'));
  expect(toHex(example())).toBe(toHex(writeOtsFile({ hash: 'sha256', digest, timestamp })));
  const message = toHex(sha256(digest, nonce));
  expect(page).toContain(`is \`${message}\``);
  expect(toldBy(parseOtsFile(example()))).toEqual([
    `${message} bitcoin 102`,
    `${message} pending https://alice.btc.calendar.opentimestamps.org`,
    `${message} development devchain`,
  ]);
});

it('docs/formats/opentimestamps.md names the tag by what it is made of', () => {
  const tag = toHex(sha256(utf8('chirograph/opentimestamps/development')).subarray(0, 8));
  expect(page).toContain(`\`${tag} ‖ varbytes chain\``);
});
