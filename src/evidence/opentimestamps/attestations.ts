/** What ends a path: who is said to have known the message, and by when. */
import { concat, equalBytes, fromHex, u64be, utf8, utf8ToString } from '../../base/bytes.js';
import { assert } from '../../base/errors.js';
import { MAX_HEIGHT } from '../bitcoin/anchor-proof.js';
import { compareBytes } from './byte-order.js';
import { malformed } from './errors.js';
import { MAX_PAYLOAD_BYTES, MAX_URI_BYTES } from './limits.js';
import { OtsReader, varbytes, varuint } from './ots-bytes.js';

export type OtsAttestation =
  | { readonly kind: 'bitcoin' | 'litecoin' | 'ethereum'; readonly height: number }
  | { readonly kind: 'pending'; readonly uri: string }
  /** Ours: the bitcoin attestations of the same message are of this chain, where blocks cost nothing. */
  | { readonly kind: 'development'; readonly chain: string }
  /** Of a tag that is none of the others'; kept as it is. */
  | { readonly kind: 'unknown'; readonly tag: Uint8Array; readonly payload: Uint8Array };

export const OTS_TAG_BYTES = 8;

/** @throws OpenTimestampsError OTS_MALFORMED. */
export function readAttestation(reader: OtsReader): OtsAttestation {
  const tag = reader.take(OTS_TAG_BYTES);
  const payload = reader.varbytes(0, MAX_PAYLOAD_BYTES);
  const kind = KNOWN.find((known) => equalBytes(TAGS[known], tag));
  if (kind === undefined) return { kind: 'unknown', tag, payload };
  const inside = new OtsReader(payload);
  const attestation = readKnown(kind, inside);
  inside.end();
  return attestation;
}

export function encodeAttestation(attestation: OtsAttestation): Uint8Array {
  return concat(tagOf(attestation), varbytes(payloadOf(attestation)));
}

/** By tag, then by what it says. */
export function compareAttestations(a: OtsAttestation, b: OtsAttestation): number {
  return compareBytes(tagOf(a), tagOf(b)) || compareBytes(sortKey(a), sortKey(b));
}

type KnownKind = Exclude<OtsAttestation['kind'], 'unknown'>;

const TAGS: Readonly<Record<KnownKind, Uint8Array>> = {
  bitcoin: fromHex('0588960d73d71901'),
  litecoin: fromHex('06869a0d73d71b45'),
  ethereum: fromHex('30fe8087b5c7ead7'),
  pending: fromHex('83dfe30d2ef90c8e'),
  // The first 8 bytes of SHA-256 of `chirograph/opentimestamps/development`.
  development: fromHex('f28aa4b0ffc0c05c'),
};
const KNOWN = ['bitcoin', 'litecoin', 'ethereum', 'pending', 'development'] as const;

const URI = /^[A-Za-z0-9\-._/:]*$/;
const CHAIN = /^[a-z0-9\-:]{1,64}$/;
const MAX_CHAIN_BYTES = 64;

function readKnown(kind: KnownKind, reader: OtsReader): OtsAttestation {
  switch (kind) {
    case 'pending':
      return { kind, uri: readUri(reader) };
    case 'development':
      return { kind, chain: readChain(reader) };
    default:
      return { kind, height: reader.varuint(MAX_HEIGHT) };
  }
}

function readUri(reader: OtsReader): string {
  const uri = readText(reader.varbytes(0, MAX_URI_BYTES));
  if (!URI.test(uri))
    throw malformed('the address of a calendar has characters that none may have');
  return uri;
}

function readChain(reader: OtsReader): string {
  const chain = readText(reader.varbytes(1, MAX_CHAIN_BYTES));
  if (!CHAIN.test(chain) || chain === 'bitcoin:mainnet')
    throw malformed('it names a development chain that cannot be one');
  return chain;
}

/** What is no ASCII becomes what no pattern takes. */
function readText(bytes: Uint8Array): string {
  return bytes.every((byte) => byte < 0x80) ? utf8ToString(bytes) : '\u{FFFD}';
}

function tagOf(attestation: OtsAttestation): Uint8Array {
  if (attestation.kind !== 'unknown') return TAGS[attestation.kind];
  const { tag } = attestation;
  assert(tag.length === OTS_TAG_BYTES, 'a tag has 8 bytes');
  return tag;
}

function payloadOf(attestation: OtsAttestation): Uint8Array {
  switch (attestation.kind) {
    case 'unknown':
      return attestation.payload;
    case 'pending':
      return varbytes(utf8(attestation.uri));
    case 'development':
      return varbytes(utf8(attestation.chain));
    default:
      return varuint(attestation.height);
  }
}

/** Not the payload itself: there the lowest bits of a height come first, and a text's length. */
function sortKey(attestation: OtsAttestation): Uint8Array {
  switch (attestation.kind) {
    case 'unknown':
      return attestation.payload;
    case 'pending':
      return utf8(attestation.uri);
    case 'development':
      return varbytes(utf8(attestation.chain));
    default:
      return u64be(attestation.height);
  }
}
