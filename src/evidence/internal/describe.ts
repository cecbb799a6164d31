/** Entry, log and signatures of a report as labelled lines of text. */
import { formatInstant } from '../../base/time.js';
import type { MessageCode } from '../messages-en.js';
import type {
  BlockSummary,
  DisclosedHeader,
  ElectionSummary,
  EntrySummary,
  JudgedTime,
  LogSummary,
  SignatureSummary,
  ValidationSummary,
} from '../verification-report.js';
import type { Facts } from './outcome.js';

/** A text of the catalogue with its facts filled in. */
export type Say = (code: MessageCode, facts?: Facts) => string;

/** A label of the catalogue, and what stands beside it. */
export type Line = readonly [label: MessageCode, text: string];

export function describeEntry(entry: EntrySummary, say: Say): Line[] {
  const { index, treeSize: size, recordedAt, brings, disclosed, type, previous } = entry;
  const entered = describeEntered(entry, say);
  return [
    ['label.kind', entry.kind],
    ...optional('label.type', type),
    ...(disclosed === undefined ? [] : describeHeader(disclosed, say)),
    ...optional('label.brings', brings && say('value.payload', { ...brings })),
    ['label.id', entry.id],
    ...optional('label.previous', previous),
    ['label.index', say('value.index', { index, size })],
    ['label.recorded', say('value.recorded', { at: formatInstant(recordedAt) })],
    ...optional('label.entered', entered),
    ...optional('label.stamped', describeStamp(entry, say)),
  ];
}

export function describeLog(log: LogSummary, say: Say): Line[] {
  const [identified] = log.identifiedBy;
  const { loss } = log;
  return [
    ['label.origin', say('value.text', { text: log.origin })],
    [
      'label.identified',
      say(identified === undefined ? 'value.identified.nobody' : `value.identified.${identified}`),
    ],
    ...optional('label.sealed', log.sealedBy?.subject),
    ['label.log-key', say('value.text', { text: log.verifierKey })],
    ['label.recovery-key', say('value.text', { text: log.recoveryKey })],
    ['label.handovers', String(log.handovers)],
    ...describeElections(log.elections ?? [], say),
    ...optional('label.loss', loss === null ? undefined : say('value.loss', { ...loss })),
  ];
}

/** For people the newest; the report as JSON has them all. */
const MAX_ELECTIONS_SHOWN = 10;

function describeElections(elections: readonly ElectionSummary[], say: Say): Line[] {
  const shown = elections.slice(-MAX_ELECTIONS_SHOWN);
  const hidden = elections.length - shown.length;
  const more = hidden === 0 ? undefined : say('value.election.more', { count: hidden });
  return [
    ...optional('label.election', more),
    ...shown.map(({ group, index, node, number, votes }): Line => {
      const voters = votes.map(shortKey).join(', ');
      const { members, voteQuorum: quorum } = group;
      const facts = { index, number, votes: votes.length, members, quorum, voters };
      return ['label.election', say('value.election', { ...facts, node: shortKey(node) })];
    }),
  ];
}

/** Enough to tell the members of a group apart. */
function shortKey(key: string): string {
  return key.slice(0, 16);
}

export function describeSignature(signature: SignatureSummary, number: number, say: Say): Line[] {
  const { index, batch } = signature;
  return [
    ['label.signature', say('value.signature', { number, index })],
    ...optional('label.covers', batch === undefined ? undefined : say('value.covers', { batch })),
    ...describeValidation(signature, say),
  ];
}

export function describeValidation(validation: ValidationSummary, say: Say): Line[] {
  const { signer, claimedAt, judged, indication, subIndication, trustAnchor } = validation;
  const verdict =
    subIndication === null
      ? say('value.verdict.anchor', { indication, anchor: trustAnchor ?? '–' })
      : say('value.verdict.because', { indication, subIndication });
  return [
    ['label.signer', signer?.subject ?? '–'],
    ...optional(
      'label.claimed',
      claimedAt === null ? undefined : say('value.claimed', { at: claimedAt }),
    ),
    ['label.judged', describeJudged(judged, say)],
    ['label.verdict', verdict],
  ];
}

export function describeHeader(header: DisclosedHeader, say: Say): Line[] {
  const { validFrom, validTo, payloadSize: size, payloadSha256: sha256, mediaType } = header;
  const from = validFrom === undefined ? undefined : formatInstant(validFrom);
  const to = validTo === undefined ? undefined : formatInstant(validTo);
  return [
    ['label.subject', say('value.text', { text: header.subject })],
    ...optional('label.key', header.key && say('value.text', { text: header.key })),
    ['label.author', say('value.text', { text: header.author })],
    ...optional('label.valid', describeValid(from, to, say)),
    ...optional('label.retracts', header.retracts),
    ['label.payload', say('value.payload', { size, mediaType, sha256 })],
    ...optional('label.schema', header.schema && say('value.text', { text: header.schema })),
    ...(header.attachments ?? []).map(({ name, ...content }, at): Line => {
      const facts = { ...content, number: at + 1 };
      return name === undefined
        ? ['label.attached', say('value.attached', facts)]
        : ['label.attached', say('value.attached.named', { ...facts, name })];
    }),
  ];
}

function describeValid(
  from: string | undefined,
  to: string | undefined,
  say: Say,
): string | undefined {
  if (from !== undefined && to !== undefined) return say('value.valid.between', { from, to });
  if (from !== undefined) return say('value.valid.from', { from });
  return to === undefined ? undefined : say('value.valid.until', { to });
}

function describeEntered({ in: by, notYetIn }: EntrySummary, say: Say): string | undefined {
  if (by === null) return undefined;
  const facts = blockFacts(by);
  const entered =
    notYetIn === null
      ? say('value.entered.by', facts)
      : say('value.entered.between', {
          ...facts,
          fromHeight: notYetIn.height,
          fromTime: formatInstant(notYetIn.time),
        });
  const isPinned = by.pinned && notYetIn?.pinned !== false;
  return isPinned ? entered : say('value.entered.unpinned', { entered });
}

function describeStamp({ stamped }: EntrySummary, say: Say): string | undefined {
  if (stamped === undefined) return undefined;
  const { at, authority } = stamped;
  return say('value.stamped', { at: formatInstant(at), authority });
}

function blockFacts({ chain, height, time }: BlockSummary): Facts {
  return { chain, height, time: formatInstant(time) };
}

function describeJudged({ at, basis }: JudgedTime, say: Say): string {
  return say(`value.judged.${basis}`, { at: formatInstant(at) });
}

function optional(label: MessageCode, text: string | undefined): Line[] {
  return text === undefined ? [] : [[label, text]];
}
