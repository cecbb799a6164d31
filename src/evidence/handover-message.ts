/** What the signatures of a `handover` entry are over (docs/formats/statement.md). */
import { utf8 } from '../base/bytes.js';
import type { HandoverStatement } from '../records/statement.js';

export type HandoverTerms = Pick<HandoverStatement, 'new' | 'old' | 'rootHash' | 'size'>;

export function handoverMessage(origin: string, terms: HandoverTerms): Uint8Array {
  const { old, size, rootHash } = terms;
  return utf8(`chirograph/handover/1\n${origin}\n${old}\n${terms.new}\n${size}\n${rootHash}\n`);
}
