/** Questions and signatures of a collection's report as labelled lines of text. */
import { formatInstant } from '../../base/time.js';
import type {
  AnswerSummary,
  CollectedSummary,
  CollectionReport,
  QuestionSummary,
} from '../collection-report.js';
import { describeHeader, type Line, type Say } from './describe.js';

const MAX_SIGNERS_SHOWN = 200;

export function describeQuestion(
  { answer, map, question, tag }: QuestionSummary,
  say: Say,
): Line[] {
  const { asOf, types, validAt } = question;
  const { index, size, recordedAt } = map;
  return [
    ['label.as-of', say('value.as-of', { asOf })],
    ['label.valid-at', validAt === undefined ? say('value.valid-at.none') : formatInstant(validAt)],
    ...(types === undefined ? [] : [['label.types', types.join(', ')] as const]),
    ['label.tag', tag],
    ['label.map', say('value.map', { index, size, at: formatInstant(recordedAt) })],
    ...(answer === null
      ? [['label.answer', say('value.answer.failed')] as const]
      : describeAnswer(answer, say)),
  ];
}

/** @param entry one that stands in the state of a question. */
export function describeVersion(entry: CollectedSummary, say: Say): Line[] {
  const { disclosed, id, index, opened, recordedAt, type = '' } = entry;
  const facts = { type, index, at: formatInstant(recordedAt) };
  return [
    ['label.version', say(opened ? 'value.version' : 'value.version.closed', facts)],
    ['label.id', id],
    ...(disclosed === undefined ? [] : describeHeader(disclosed, say)),
  ];
}

export function describeAttached({ signatures }: CollectionReport, say: Say): Line[] {
  if (signatures.length === 0) return [];
  const trusted = signatures.filter(({ indication }) => indication === 'TOTAL-PASSED').length;
  return [
    ['label.signatures', say('value.signatures', { count: signatures.length, trusted })],
    ...describeBatch(signatures, say),
    ...[...new Set(signatures.map(({ signer }) => signer?.subject ?? '–'))]
      .slice(0, MAX_SIGNERS_SHOWN)
      .map((signer): Line => ['label.signer', say('value.text', { text: signer })]),
  ];
}

/** Of a file there is one batch at most. */
function describeBatch(signatures: CollectionReport['signatures'], say: Say): Line[] {
  const batch = signatures.find((each) => each.batch !== undefined)?.batch;
  return batch === undefined ? [] : [['label.covers', say('value.covers', { batch })]];
}

function describeAnswer(answer: AnswerSummary, say: Say): Line[] {
  const { determined, entries, mentions, notOpened, state } = answer;
  return [
    [
      'label.answer',
      say('value.answer', {
        count: entries.length,
        notOpened: notOpened.length,
        mentions: mentions.length,
      }),
    ],
    [
      'label.state',
      say(determined ? 'value.state' : 'value.state.undetermined', { count: state.length }),
    ],
  ];
}
