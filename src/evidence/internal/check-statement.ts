/** That the statements, each readable by itself, can stand in one log. */
import { formatInstant } from '../../base/time.js';
import { parseCheckpoint } from '../../tlog/checkpoint.js';
import { parseSignedNote } from '../../tlog/signed-note.js';
import { brokenRule, failed, finding, type Outcome, passed, type Rules } from './outcome.js';
import type { ReadLogFile } from './read-evidence.js';
import { isFinding, readPart } from './read-part.js';

export const STATEMENT_RULES: Rules<ReadLogFile> = {
  'the first entry has index 0': ({ log }) =>
    log.first.content.index === 0 ? null : finding('statement.first'),

  'a loss is that of another log': ({ log }) => {
    const { content } = log.first;
    if (content.kind !== 'loss') return null;
    const { checkpoint, from, origin } = content;
    return from !== origin && (checkpoint === '' || isCheckpointOf(from, checkpoint))
      ? null
      : finding('statement.loss');
  },

  'recorded times never decrease': (evidence) => {
    const statements = evidence.statements
      .map(({ content }) => content)
      .sort((a, b) => a.index - b.index);
    for (const [at, later] of statements.entries()) {
      const earlier = statements[at - 1];
      if (earlier !== undefined && earlier.recordedAt > later.recordedAt)
        return finding('statement.times', {
          index: later.index,
          recordedAt: formatInstant(later.recordedAt),
          earlierIndex: earlier.index,
          earlierRecordedAt: formatInstant(earlier.recordedAt),
        });
    }
    return null;
  },
};

export function checkStatement(
  evidence: ReadLogFile,
  rules: Rules<ReadLogFile> = STATEMENT_RULES,
): Outcome {
  const broken = brokenRule(rules, evidence);
  if (broken !== null) return failed(broken);
  return passed('math', 'statement.pass', { count: evidence.statements.length });
}

/** By whose key it is signed cannot be told here: the key of the log that was lost is not in the file. */
function isCheckpointOf(origin: string, note: string): boolean {
  const read = readPart('checkpoint.malformed', 'a checkpoint', () =>
    parseCheckpoint(parseSignedNote(note).text),
  );
  return !isFinding(read) && read.origin === origin;
}
