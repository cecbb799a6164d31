/** Signed claims of a file, and what their authors were when they signed them. Nothing is held against the other yet. */
import type { UnixMillis } from '../../base/brand.js';
import { parseCanonicalJson } from '../../base/canonical-json.js';
import type { HexDigest } from '../../base/hex-digest.js';
import {
  type ClaimAuthor,
  claimAuthorOf,
  type SignedClaim,
} from '../../identities/claim-signature.js';
import type { IdentityState } from '../../identities/identity-state.js';
import { replayEvent } from '../../identities/replay-events.js';
import { parseSignedEvent } from '../../identities/signed-event.js';
import type { AuthorHistory } from '../evidence-file.js';
import { headerOf } from './check-header.js';
import { type Finding, finding } from './outcome.js';
import { isFinding, readPart } from './read-part.js';
import type { ReadEntry } from './read-statement.js';

/** Of an entry whose header shows it. */
export interface ReadClaim extends SignedClaim {
  readonly index: number;
  readonly recordedAt: UnixMillis;
  readonly author: string;
  /** After which it was judged. */
  readonly event: HexDigest;
}

export interface ReadHistory {
  /** Whose it is. */
  readonly id: string;
  readonly events: number;
  /** Digest of its last event. */
  readonly head: HexDigest;
  /** By the digests of the events that claims were judged after. */
  readonly after: ReadonlyMap<HexDigest, AuthorThen>;
}

export interface AuthorThen {
  readonly author: ClaimAuthor;
  /** No event up to this one was recorded later, if all were as early as can be. */
  readonly earliest: UnixMillis;
}

export function signedClaims(entries: readonly ReadEntry[]): readonly ReadClaim[] {
  return entries.flatMap((entry) => {
    const header = headerOf(entry);
    if (header === null || !('type' in header)) return [];
    const { author, authorEvent: event, claim, claimSignature: signature } = header;
    if (claim === undefined || signature === undefined || event === undefined) return [];
    const { index, recordedAt } = entry.content;
    return [{ index, recordedAt, author, event, claim, signature }];
  });
}

/** @throws EvidenceError EVIDENCE_FORMAT_NEWER. */
export function readHistory(
  history: AuthorHistory,
  wanted: ReadonlySet<HexDigest>,
): ReadHistory | Finding {
  const after = new Map<HexDigest, AuthorThen>();
  let state: IdentityState | null = null;
  for (const [at, event] of history.entries()) {
    const read: IdentityState | Finding = readNext(state, event, at);
    if (isFinding(read)) return read;
    state = read;
    if (wanted.has(state.head))
      after.set(state.head, { author: claimAuthorOf(state), earliest: state.at });
  }
  // The parser has seen that there is an event.
  if (state === null) return finding('author.malformed', { where: 'a history', reason: 'empty' });
  return { id: state.id, events: history.length, head: state.head, after };
}

function readNext(
  state: IdentityState | null,
  event: Uint8Array,
  at: number,
): IdentityState | Finding {
  return readPart('author.malformed', `event ${at}`, () =>
    replayEvent(state, parseSignedEvent(parseCanonicalJson(event))),
  );
}
