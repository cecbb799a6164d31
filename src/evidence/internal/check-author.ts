/**
 * The check `author`: that the key which signed a claim was its author's then. The header names the last event of
 * the author's history, which names all before it; the history is in the file, and the author's name is that of
 * its first event. So nobody can put keys into it that the author's keys did not bring in.
 */
import type { HexDigest } from '../../base/hex-digest.js';
import { checkClaimKey } from '../../identities/claim-signature.js';
import type { AuthorHistory } from '../evidence-file.js';
import type { Trust } from '../trust.js';
import {
  brokenRule,
  failed,
  type Finding,
  finding,
  type Outcome,
  passed,
  type Rules,
} from './outcome.js';
import {
  type AuthorThen,
  type ReadClaim,
  type ReadHistory,
  readHistory,
  signedClaims,
} from './read-histories.js';
import { isFinding, readPart } from './read-part.js';
import type { ReadEntry } from './read-statement.js';

export interface AuthorSubject {
  readonly claims: readonly ReadClaim[];
  readonly histories: readonly (ReadHistory | Finding)[];
}

export const AUTHOR_RULES: Rules<AuthorSubject> = {
  'histories can be replayed': ({ histories }) => histories.find(isFinding) ?? null,

  'each is of an author, and none of one again': (subject) => {
    const authors = new Set(subject.claims.map(({ author }) => author));
    const idle = readable(subject).find(({ id }) => !authors.delete(id));
    return idle === undefined ? null : finding('author.idle', { identity: idle.id });
  },

  'none goes on behind the claims': (subject) => {
    const longer = readable(subject).find(({ after, head }) => after.size > 0 && !after.has(head));
    return longer === undefined ? null : finding('author.longer', { identity: longer.id });
  },

  'the event is there that an entry names': (subject) =>
    first(subject, (_, then) => (then === undefined ? finding('author.event') : null)),

  'it was there when the entry was made': (subject) =>
    first(subject, ({ recordedAt }, then) =>
      then === undefined || then.earliest <= recordedAt ? null : finding('author.later'),
    ),

  'the key was one for sign then': (subject) =>
    first(subject, (claim, then) => {
      if (then === undefined) return null;
      const judged = readPart('author.key', 'the claim', () => {
        checkClaimKey(then.author, claim, claim.recordedAt);
        return claim;
      });
      return isFinding(judged) ? judged : null;
    }),
};

export interface CheckedAuthors {
  /** Null if the file shows no history. */
  readonly outcome: Outcome | null;
  /** Signed claims whose author's history the file does not show. */
  readonly unshown: number;
  /** Authors whose history it shows, and whom the verifier has not pinned. */
  readonly unpinned: number;
}

export function checkAuthors(
  entries: readonly ReadEntry[],
  files: readonly AuthorHistory[],
  trust: Pick<Trust, 'identities'>,
  rules: Rules<AuthorSubject> = AUTHOR_RULES,
): CheckedAuthors {
  const claims = signedClaims(entries);
  const wanted = new Set<HexDigest>(claims.map(({ event }) => event));
  const histories = files.map((history) => readHistory(history, wanted));
  const shown = readable({ claims, histories });
  const ids = new Set(shown.map(({ id }) => id));
  const unshown = claims.filter(({ author }) => !ids.has(author)).length;
  const known = new Set(trust.identities);
  const unpinned = [...ids].filter((id) => !known.has(id)).length;
  if (files.length === 0) return { outcome: null, unshown, unpinned };
  const broken = brokenRule(rules, { claims, histories });
  if (broken !== null) return { outcome: failed(broken), unshown, unpinned };
  const events = shown.reduce((sum, history) => sum + history.events, 0);
  const [author = ''] = ids;
  const word = unpinned === 0 ? 'trust' : 'math';
  const outcome =
    ids.size === 1
      ? passed(word, 'author.pass', { author, events })
      : passed(word, 'author.pass-all', {
          authors: ids.size,
          events,
          claims: claims.length - unshown,
        });
  return { outcome, unshown, unpinned };
}

function readable({ histories }: AuthorSubject): readonly ReadHistory[] {
  return histories.filter((history): history is ReadHistory => !isFinding(history));
}

/** Of the claims whose author's history is shown, the first with something wrong; with its entry. */
function first(
  subject: AuthorSubject,
  rule: (claim: ReadClaim, then: AuthorThen | undefined) => Finding | null,
): Finding | null {
  const byId = new Map(readable(subject).map((history) => [history.id, history]));
  for (const claim of subject.claims) {
    const history = byId.get(claim.author);
    const broken = history === undefined ? null : rule(claim, history.after.get(claim.event));
    if (broken !== null) return finding(broken.code, { ...broken.facts, entry: claim.index });
  }
  return null;
}
