/** OpenTimestamps files made elsewhere (test/vectors/ots), and what the reference library says of each. */
import { readFileSync } from 'node:fs';
import { fromHex } from '../../../../src/base/bytes.js';

export interface OtsVector {
  readonly name: string;
  /** What was stamped. */
  readonly content: Uint8Array;
  readonly bytes: Uint8Array;
  /** `message kind what`, in the order of the file. */
  readonly attestations: readonly string[];
}

export interface InvalidOtsVector {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly code: string;
}

const ALICE = 'pending https://alice.btc.calendar.opentimestamps.org';
const BOB = 'pending https://bob.btc.calendar.opentimestamps.org';

export const OTS_VECTORS: readonly OtsVector[] = [
  vector(
    'bad-stamp.txt',
    '921f81b9147c9aebe712d7805d810cf0f762479967e4c26008178277b89db41b bitcoin 358391',
  ),
  vector(
    'different-blockchains.txt',
    '58b93f93416084d8c6e7ad0a6df1e4b789feffcbbb496280996e0681c10602db2656648d2035d407feee535c pending https://eth.ots.eternitywall.com',
    'c0909480bbefeca8c607fd169df2f57c7ec95e4c53484f24d73130c428fb208c ethereum 3283713',
    '58b93f945ddc124a2779e5b9d502d192e65551231a772f5fa977d88f78c8ecba779031f5c0de8cff8565eb37 pending https://ots.eternitywall.it',
    '9ae69a8ba5bb6eadb6feaa4c9b58495819623a9bb616a5eebab10ff02c19192a bitcoin 455605',
  ),
  vector(
    'hello-world.txt',
    '007ee445d23ad061af4a36b809501fab1ac4f2d7e7a739817dd0cbb7ec661b8a bitcoin 358391',
  ),
  vector(
    'incomplete.txt',
    `57cfa5c46716df9bd9e83595bce439c58108d8fcc1678f30d4c6731c3f1fa6c79ed712c66fb1ac8d4e4eb0e7 ${ALICE}`,
  ),
  vector(
    'merkle1.txt',
    `57d982df8b35bc0a91a93d6d17e0162868dc123bc8b1bbfab22af9268f7fea70376b5cb0b1f26e2e55590477 ${ALICE}`,
    `57d982e0a2181eb7fd470600d82119b73d7ae5da2d8c84db7d55fd45b568fac036d86f906644ef713071762a ${BOB}`,
  ),
  vector(
    'two-calendars.txt',
    `57d46515fdd8c2334c77b1f204338bb2178d73e523988d7dcda13259d3a099f31623755deadd66b1688d5574 ${ALICE}`,
    `57d4651676e9ac3b3b57c1584828ea5162979c96483a03c87c69a1b8614d1cbaf387e0f5647b90ea1b270a97 ${BOB}`,
  ),
  vector(
    'unknown-notary.txt',
    '57e89d286d747eb37844e2f7a3e47f883487015a068004e8763af2e68e22f5bc558c3b72fd28d6202633185c unknown 0102030405060708',
  ),
];

export const INVALID_OTS_VECTORS: readonly InvalidOtsVector[] = [
  invalid('bad-major-version', 'OTS_VERSION_UNKNOWN'),
  invalid('exceeds-max-msg-length', 'OTS_MALFORMED'),
  invalid('invalid-file-digest-type', 'OTS_MALFORMED'),
];

/** Of Bitcoin's main chain, mined on 2015-05-28: `hello-world.txt` is in this block. */
export const HEADER_358391 = fromHex(
  '02000000b96394585a281b7e5f438fd1c9ed492645a1fd61cb3802040000000000000000007ee445d23ad061af4a36b809501fab1ac4f2d7e7a739817dd0cbb7ec661b8a1e376755f58616186272def6',
);
export const HEIGHT_358391 = 358_391;
export const HASH_358391 = '000000000000000003e892881a8cdcdc117c06d444057c98b6f04a9ee75a2319';

export function otsVector(name: string): OtsVector {
  const found = OTS_VECTORS.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no vector ${name}`);
  return found;
}

function vector(name: string, ...attestations: readonly string[]): OtsVector {
  return { name, content: read(name), bytes: read(`${name}.ots`), attestations };
}

function invalid(name: string, code: string): InvalidOtsVector {
  return { name, bytes: read(`invalid/${name}.ots`), code };
}

function read(name: string): Uint8Array {
  return new Uint8Array(readFileSync(`test/vectors/ots/${name}`));
}
