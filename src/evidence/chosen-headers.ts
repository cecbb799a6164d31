/**
 * Headers that a verifier brings from a source of their own choice, as a node exports them: `--headers
 * NETWORK:HEIGHT:FILE`. What is in them is that source's word for the best chain, and an anchor whose
 * headers are not among them where they should be is refused.
 */
import { MAX_HEIGHT } from './bitcoin/anchor-proof.js';
import { HEADER_BYTES } from './bitcoin/block-header.js';
import { BitcoinProofError } from './bitcoin/errors.js';
import { MAX_HEADERS, verifyHeaderChain } from './bitcoin/header-chain.js';
import { type ChainName, CHAINS } from './chains.js';
import { EvidenceError } from './evidence-error.js';
import { NO_TRUST, type Trust } from './trust.js';

export interface HeadersOption {
  readonly chain: ChainName;
  /** Height of the first header. */
  readonly from: number;
  readonly path: string;
}

export interface HeadersInput extends HeadersOption {
  /** Consecutive headers of 80 bytes each. */
  readonly bytes: Uint8Array;
}

export const MAX_HEADERS_BYTES = MAX_HEADERS * HEADER_BYTES;
export const HEADERS_FORM = 'NETWORK:HEIGHT:FILE, of mainnet, testnet, testnet4 or signet';

/** Null unless `NETWORK:HEIGHT:FILE`; blocks of regtest and of a development chain anybody can make. */
export function parseHeadersOption(text: string): HeadersOption | null {
  const [, name = '', digits = '', path = ''] = OPTION.exec(text) ?? [];
  const from = Number(digits);
  return path === '' || from > MAX_HEIGHT
    ? null
    : { chain: `bitcoin:${name as 'mainnet'}`, from, path };
}

/**
 * The blocks of the headers, once they follow each other, have their work and contradict none of `known`.
 *
 * @throws EvidenceError TRUST_MALFORMED, naming the file.
 */
export function trustInHeaders({ chain, from, path, bytes }: HeadersInput, known: Trust): Trust {
  const pins = known.blocks.filter((block) => block.chain === chain);
  try {
    const { headers } = verifyHeaderChain(bytes, from, CHAINS[chain].network, pins);
    return {
      ...NO_TRUST,
      sources: [{ name: `headers of ${chain} from height ${from}`, development: false }],
      blocks: headers.map(({ hash }, at) => ({ chain, hash, height: from + at, by: 'headers' })),
    };
  } catch (cause) {
    if (!(cause instanceof BitcoinProofError)) throw cause;
    const reason = `${path}: the headers do not hold: ${cause.message}`;
    throw new EvidenceError('TRUST_MALFORMED', reason, { cause });
  }
}

const OPTION = /^(mainnet|testnet|testnet4|signet):([0-9]{1,10}):(.+)$/s;
