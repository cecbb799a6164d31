/** What the writer of a shared ledger enters of who has signed its erasures: pure. */
import type { HexDigest } from '../../base/hex-digest.js';
import type { ErasedStatement } from '../../records/statement.js';
import type { ErasedUpTo, SaidWord } from '../../tlog/erasure-word.js';

export type Certificate = Pick<ErasedStatement, 'erasure' | 'leafHash' | 'silent' | 'words'>;

export interface CertifyParts {
  /** The newest one that the log has. */
  readonly known: Certificate | null;
  /** All who keep data of the log, or have kept some; ascending. */
  readonly holders: readonly HexDigest[];
  /** For the entry that is to be certified; verified. */
  readonly words: readonly SaidWord[];
  /** Whether others may be waited for before anything more is said. */
  readonly mayWait: boolean;
}

/** @returns null where there is nothing to say, or nothing to say yet. */
export function nextCertificate(
  { erasure, leafHash }: ErasedUpTo,
  { known, holders, words, mayWait }: CertifyParts,
): Certificate | null {
  const isAnother = known?.erasure !== erasure;
  const byNode = new Map(isAnother ? [] : known.words.map((word) => [word.node, word]));
  for (const word of words) {
    const said = byNode.get(word.node);
    // The first word holds, but for copies that have gone since.
    if (said === undefined || word.copies < said.copies) byNode.set(word.node, word);
  }
  const heard = holders.flatMap((node) => byNode.get(node) ?? []);
  const silent = holders.filter((node) => !byNode.has(node));
  if (heard.length === 0 || (mayWait && !isWhole({ silent, words: heard }))) return null;
  const next = { erasure, leafHash, silent, words: heard };
  return !isAnother && isSame(known, next) ? null : next;
}

/** Nobody is silent, and no copy. */
export function isWhole({ silent, words }: Pick<Certificate, 'silent' | 'words'>): boolean {
  return silent.length === 0 && words.every(({ copies }) => copies === 0);
}

/** Whether the log has this word. */
export function hasWord(
  known: Certificate | null,
  { erasure }: Pick<ErasedUpTo, 'erasure'>,
  { node, copies }: Pick<SaidWord, 'node' | 'copies'>,
): boolean {
  return (
    known?.erasure === erasure &&
    known.words.some((word) => word.node === node && word.copies <= copies)
  );
}

function isSame(one: Certificate, other: Certificate): boolean {
  const words = ({ words: said }: Certificate): string =>
    said.map(({ node, signature }) => node + signature).join();
  return words(one) === words(other) && one.silent.join() === other.silent.join();
}
