/** Reading of parts that may be anyone's: a refusal becomes the finding that it is. */
import { ChirographError } from '../../base/errors.js';
import { EvidenceError } from '../evidence-error.js';
import type { MessageCode } from '../messages-en.js';
import { type Finding, finding } from './outcome.js';

/**
 * @param where names the part, for the finding.
 * @throws EvidenceError EVIDENCE_FORMAT_NEWER: what is newer than this version is not to be judged by it.
 */
export function readPart<T>(code: MessageCode, where: string, read: () => T): T | Finding {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof ChirographError)) throw cause;
    if (NEWER.has(String(cause.code)))
      throw new EvidenceError(
        'EVIDENCE_FORMAT_NEWER',
        `${where}: ${cause.message}: verify the file with a newer version`,
        { cause },
      );
    return finding(code, { where, reason: cause.message });
  }
}

/** Reads all, or says what is wrong with the first that cannot be read. */
export function readAll<A, B extends object>(
  items: readonly A[],
  read: (item: A, at: number) => B | Finding,
): readonly B[] | Finding {
  const all: B[] = [];
  for (const [at, item] of items.entries()) {
    const one = read(item, at);
    if (isFinding(one)) return one;
    all.push(one);
  }
  return all;
}

export function isFinding(value: object): value is Finding {
  return 'code' in value && 'facts' in value;
}

const NEWER: ReadonlySet<string> = new Set([
  'RECORD_FORMAT_NEWER',
  'STATEMENT_KIND_UNKNOWN',
  'IDENTITY_FORMAT_NEWER',
]);
