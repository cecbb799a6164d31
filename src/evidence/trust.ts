/**
 * What a verifier takes on its own word (docs/formats/trust.md). It comes from the verifier's side and
 * never from the evidence, which cannot vouch for itself.
 */
import { utf8, utf8ToString } from '../base/bytes.js';
import { parseStrictJson } from '../base/canonical-json.js';
import { ChirographError } from '../base/errors.js';
import { BOOLEAN, COUNT, JsonMembers, oneOf, type Shape, textLike } from '../base/json-members.js';
import { IDENTITY_ID } from '../identities/identity-event.js';
import type { TrustAnchor } from '../signing/trust-anchor.js';
import { ed25519KeyIn, type VerifierKey } from '../tlog/note-key.js';
import { parseWitnessPolicy, type WitnessPolicy } from '../tlog/witness-policy.js';
import { MAX_HEIGHT } from './bitcoin/anchor-proof.js';
import { parseBlockHash } from './bitcoin/hash256.js';
import type { PinnedHeader } from './bitcoin/header-chain.js';
import { CHAIN_NAMES, type ChainName } from './chains.js';
import { EvidenceError } from './evidence-error.js';
import { readSignedHandover, type SignedHandover } from './handover-request.js';
import { ANY, listOf, textUpTo } from './internal/evidence-shapes.js';
import { readTrustAnchor } from './internal/trust-certificates.js';

export interface Trust {
  /** The files that it was read from, for the report. */
  readonly sources: readonly TrustSource[];
  readonly certificates: readonly TrustAnchor[];
  /** Each speaks for the origins below its name. */
  readonly recoveryKeys: readonly VerifierKey[];
  readonly logs: readonly VerifierKey[];
  /** Ids of authors whom the verifier knows by them: each stands for its first event. */
  readonly identities: readonly string[];
  /** Where keys of logs ended; each counts if a recovery key signed it that is pinned for its log. */
  readonly handovers: readonly SignedHandover[];
  readonly blocks: readonly PinnedBlock[];
  /** Of the chains of anchors that the logs of these may have; for monitors. */
  readonly anchorScripts: readonly PinnedScript[];
  /** Any one of them says which cosignatures are enough. */
  readonly witnessPolicies: readonly WitnessPolicy[];
}

export interface TrustSource {
  readonly name: string;
  /** What it pins was made for development. */
  readonly development: boolean;
}

export interface PinnedBlock extends PinnedHeader {
  readonly chain: ChainName;
  /** Who knows it, if no trust file does: this version, or headers that the verifier chose. */
  readonly by?: 'checkpoint' | 'headers';
}

export interface PinnedScript {
  readonly chain: ChainName;
  /** Lower-case hex: P2WPKH. */
  readonly script: string;
}

export const MAX_TRUST_BYTES = 1024 * 1024;

/** No roots of any kind: all that a file says is then its own word. */
export const NO_TRUST: Trust = {
  sources: [],
  certificates: [],
  recoveryKeys: [],
  logs: [],
  identities: [],
  handovers: [],
  blocks: [],
  anchorScripts: [],
  witnessPolicies: [],
};

/** @throws EvidenceError TRUST_MALFORMED, TRUST_FORMAT_NEWER. */
export function parseTrust(bytes: Uint8Array): Trust {
  if (bytes.length > MAX_TRUST_BYTES) throw malformed('it is larger than 1 MiB');
  const members = new JsonMembers(
    refusing(() => parseStrictJson(utf8ToString(bytes))),
    malformed,
  );
  const format = members.required('$v', COUNT);
  if (format > TRUST_FORMAT)
    throw new EvidenceError(
      'TRUST_FORMAT_NEWER',
      `the trust file has format ${format}; this version reads ${TRUST_FORMAT}`,
    );
  if (format !== TRUST_FORMAT) throw malformed('its format is not 1');
  const name = members.required('name', NAME);
  const development = members.optional('development', BOOLEAN) ?? false;
  const trust = {
    sources: [{ name, development }],
    certificates: (members.optional('certificates', CERTIFICATES) ?? []).map((value, at) =>
      readTrustAnchor(value, `certificates/${at}`, malformed),
    ),
    recoveryKeys: members.optional('recoveryKeys', KEYS) ?? [],
    logs: members.optional('logs', KEYS) ?? [],
    identities: members.optional('identities', IDENTITIES) ?? [],
    handovers: objects(members, 'handovers', MAX_ROOTS).map((handover) =>
      readSignedHandover(handover, malformed),
    ),
    ...readChains(members),
    witnessPolicies: readPolicies(members),
  };
  members.end();
  return trust;
}

/** All that any of them trusts. */
export function mergeTrust(...trusts: readonly Trust[]): Trust {
  return {
    sources: trusts.flatMap(({ sources }) => sources),
    certificates: trusts.flatMap(({ certificates }) => certificates),
    recoveryKeys: trusts.flatMap(({ recoveryKeys }) => recoveryKeys),
    logs: trusts.flatMap(({ logs }) => logs),
    identities: trusts.flatMap(({ identities }) => identities),
    handovers: trusts.flatMap(({ handovers }) => handovers),
    blocks: trusts.flatMap(({ blocks }) => blocks),
    anchorScripts: trusts.flatMap(({ anchorScripts }) => anchorScripts),
    witnessPolicies: trusts.flatMap(({ witnessPolicies }) => witnessPolicies),
  };
}

const TRUST_FORMAT = 1;
const MAX_ROOTS = 1_000;
const MAX_BLOCKS = 10_000;
const NAME = textLike(/^[^\p{C}\p{Zl}\p{Zp}]{1,256}$/u, 'a name of 1 to 256 visible characters');

const CERTIFICATES = listOf(ANY, MAX_ROOTS);

const NOTE_KEY = refusingShape(textLike(/^/, 'text'), 'an Ed25519 verifier key', ed25519KeyIn);
const KEYS = listOf(NOTE_KEY, MAX_ROOTS);
const IDENTITIES = listOf(textLike(IDENTITY_ID, 'the id of an identity'), MAX_ROOTS);

const MAX_POLICY_LINES = 2_000;
const POLICY_LINES = listOf(textUpTo(2_048), MAX_POLICY_LINES);

function readPolicies(members: JsonMembers): WitnessPolicy[] {
  const lines = members.optional('witnessPolicy', POLICY_LINES);
  if (lines === undefined) return [];
  return [refusing(() => parseWitnessPolicy(utf8(`${lines.join('\n')}\n`)))];
}

const CHAIN = oneOf(...CHAIN_NAMES);
const SCRIPTS = listOf(
  textLike(/^0014[0-9a-f]{40}$/, 'a P2WPKH script, 44 lower-case hex digits'),
  MAX_ROOTS,
);
const HASH = refusingShape(textLike(/^/, 'text'), '64 lower-case hex digits', parseBlockHash);
/** Every chain of a network has the same block 0: to know it tells nobody which chain it is. */
const HEIGHT: Shape<number> = {
  what: `a whole number from 1 to ${MAX_HEIGHT}`,
  read: (value) => {
    const height = COUNT.read(value);
    return height !== null && height >= 1 && height <= MAX_HEIGHT ? height : null;
  },
};

function readChains(members: JsonMembers): Pick<Trust, 'blocks' | 'anchorScripts'> {
  const chains = objects(members, 'chains', CHAIN_NAMES.length).map(readChain);
  return {
    blocks: chains.flatMap(({ blocks }) => blocks),
    anchorScripts: chains.flatMap(({ anchorScripts }) => anchorScripts),
  };
}

function readChain(members: JsonMembers): Pick<Trust, 'blocks' | 'anchorScripts'> {
  const chain = members.required('chain', CHAIN);
  const blocks = objects(members, 'blocks', MAX_BLOCKS).map((block) => {
    const pinned = {
      chain,
      hash: block.required('hash', HASH),
      height: block.required('height', HEIGHT),
    };
    block.end();
    return pinned;
  });
  const scripts = members.optional('anchorScripts', SCRIPTS) ?? [];
  members.end();
  return { blocks, anchorScripts: scripts.map((script) => ({ chain, script })) };
}

/** People write these files: an empty list is as good as none. */
function objects(members: JsonMembers, name: string, maximum: number): JsonMembers[] {
  const values = members.optional(name, listOf(ANY, maximum)) ?? [];
  return values.map((value, at) => new JsonMembers(value, malformed, `${name}/${at}`));
}

/** A text that a parser of another folder takes; what it refuses is not of this shape. */
function refusingShape<A, B>(
  shape: Shape<A>,
  what: string,
  parse: (value: A) => B | null,
): Shape<B> {
  return {
    what,
    read: (value) => {
      const read = shape.read(value);
      if (read === null) return null;
      try {
        return parse(read);
      } catch (cause) {
        if (cause instanceof ChirographError) return null;
        throw cause;
      }
    },
  };
}

function refusing<T>(parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    if (cause instanceof ChirographError) throw malformed(cause.message, cause);
    throw cause;
  }
}

function malformed(reason: string, cause?: unknown): EvidenceError {
  return new EvidenceError('TRUST_MALFORMED', `not a trust file: ${reason}`, { cause });
}
