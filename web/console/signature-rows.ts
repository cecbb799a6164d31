/** What a signature has reached, whose it is and what it waits for, in words: free of the browser. */
import type { WaitingSignature, SignatureItem } from './answers.js';
import { isMessageCode, type Say } from './say.js';

export type WordRow = readonly [label: string, value: string];

/** @param words an instant as the page writes it. */
export function signatureRows(
  signature: SignatureItem,
  say: Say,
  words: (instant: string) => string,
): readonly WordRow[] {
  const { signer, author, recordedAt, indication, subIndication, waiting } = signature;
  const why = subIndication === null ? '' : ` (${subIndication})`;
  return [
    [say('signatures.signer'), signer ?? say('signatures.unknown')],
    [say('signatures.level'), levelWords(signature, say)],
    ...(waiting === null
      ? []
      : [[say('signatures.waiting'), waitingWords(waiting, say, words)] as const]),
    [say('signatures.verdict'), `${indication}${why}`],
    [say('entry.recorded'), words(recordedAt)],
    [say('entry.author'), author],
  ];
}

/** What has been proven of it, and what it is made like where that is more. */
function levelWords({ level, structure }: SignatureItem, say: Say): string {
  if (level === structure && level !== null) return level;
  const made = { structure: structure ?? '–' };
  return level === null
    ? say('signatures.levelNone', made)
    : say('signatures.levelLess', { ...made, level });
}

function waitingWords(
  { step, since, until, reason }: WaitingSignature,
  say: Say,
  words: (instant: string) => string,
): string {
  const code = `signatures.step.${step}`;
  const facts = { step: isMessageCode(code) ? say(code) : step, since: words(since), reason };
  return until === null
    ? say('signatures.setAside', facts)
    : say('signatures.waits', { ...facts, until: words(until) });
}
