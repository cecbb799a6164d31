/** A certificate of destruction as people read it. */
import { z } from 'zod';
import type { JsonValue } from '../base/canonical-json.js';
import { expected } from './answers.js';
import { oneLine } from './terminal.js';

const signer = z.object({ author: z.string(), key: z.string() });
const reason = z.looseObject({ kind: z.string() });
const schema = z.looseObject({
  id: z.string(),
  kind: z.string(),
  reason: z.string(),
  legalBasis: z.string(),
  proposedAt: z.string(),
  proposedBy: signer,
  approvedAt: z.string(),
  approvedBy: signer,
  certificate: z.looseObject({
    judgedAt: z.string(),
    completedAt: z.string(),
    generations: z.object({ before: z.number(), after: z.number() }),
    went: z.object({
      classes: z.record(z.string(), z.record(z.string(), z.number())),
      tags: z.number(),
    }),
    findings: z.looseObject({
      person: z.object({ tag: z.string(), partyTag: z.string() }).optional(),
      kept: z
        .array(
          z.object({
            class: z.string(),
            month: z.string(),
            secrets: z.number(),
            reasons: z.array(reason),
          }),
        )
        .default([]),
      keptMore: z.number().optional(),
      tagsKept: z.array(reason).optional(),
      entries: z
        .array(z.object({ ledger: z.string(), count: z.number(), isComplete: z.boolean() }))
        .optional(),
      disclosed: z
        .object({ count: z.number(), isComplete: z.boolean(), ids: z.array(z.string()) })
        .optional(),
      more: z.boolean().optional(),
    }),
    interrupted: z.boolean().optional(),
    provisional: z.boolean(),
  }),
  entry: z.object({ ledger: z.string(), index: z.number(), id: z.string() }),
});
type Said = z.output<typeof schema>;

export function certificateLines(answer: JsonValue): readonly string[] {
  const said = expected(schema, answer);
  const { certificate, proposedBy, approvedBy } = said;
  const { generations, findings } = certificate;
  const lines = [
    `Certificate of destruction ${said.id}${certificate.provisional ? ' (provisional)' : ''}`,
    '',
    `what was meant   ${meant(said)}`,
    `reason           ${said.reason}`,
    `legal basis      ${said.legalBasis}`,
    `asked for        ${said.proposedAt} by ${proposedBy.author} with ${proposedBy.key}`,
    `approved         ${said.approvedAt} by ${approvedBy.author} with ${approvedBy.key}`,
    `judged           ${certificate.judgedAt}`,
    `completed        ${certificate.completedAt}`,
    `kept in          ${said.entry.ledger}, entry ${said.entry.index}, ${said.entry.id}`,
    '',
    ...wentLines(said),
    `The vault went from generation ${generations.before} to ${generations.after}; the key of ${generations.before} was destroyed.`,
    '',
    ...keptLines(findings),
    '',
    ...stayLines(findings),
    ...(certificate.interrupted === true
      ? ['A crash kept part of what was judged from being named: that part stays. Propose another.']
      : []),
    'Provisional: copies of the key store that were made outside of the node are not known to it,',
    'and whoever has one of before can still open what this certificate is about.',
  ];
  return lines.map((line) => oneLine(line));
}

function meant({ kind, certificate, ...said }: Said): string {
  const { person } = certificate.findings;
  if (kind === 'subject') return `a person, in statements ${person?.tag ?? 'unknown'}`;
  const narrowed = ['class', 'through'].flatMap((name) => {
    const value: unknown = said[name];
    return typeof value === 'string' ? [`${name} ${value}`] : [];
  });
  return ['everything that was due', ...narrowed].join(', ');
}

function wentLines({ certificate: { went } }: Said): readonly string[] {
  const classes = Object.entries(went.classes).flatMap(([name, months]) =>
    Object.entries(months).map(([month, secrets]) => `  ${name} of ${month}: ${secrets} secrets`),
  );
  return ['Destroyed:', ...classes, `  tags of ${went.tags} persons`];
}

function keptLines({ kept, keptMore, tagsKept, more }: Said['certificate']['findings']) {
  const lines = kept.map(
    ({ class: name, month, secrets, reasons }) =>
      `  ${name} of ${month}: ${secrets} secrets: ${reasons.map(reasonText).join('; ')}`,
  );
  return [
    kept.length === 0 && tagsKept === undefined
      ? 'Nothing of what was meant was kept.'
      : 'Kept, and why:',
    ...lines,
    ...(keptMore === undefined ? [] : [`  and ${keptMore} secrets more`]),
    ...(tagsKept === undefined ? [] : [`  the tags: ${tagsKept.map(reasonText).join('; ')}`]),
    ...(more === true ? ['More was due than one erasure destroys: propose another.'] : []),
  ];
}

/** What is kept is said in the words of the API. */
function reasonText({ kind, ...rest }: z.output<typeof reason>): string {
  const members = Object.entries(rest).map(([name, value]) => `${name} ${textOf(value)}`);
  return [kind, ...(members.length === 0 ? [] : [`(${members.join(', ')})`])].join(' ');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function stayLines({ entries = [], disclosed }: Said['certificate']['findings']) {
  const atLeast = (isComplete: boolean): string => (isComplete ? '' : 'at least ');
  return [
    'What stays: statements and proofs of the entries, without content; and what other',
    'persons’ entries say, in which this one is author, party or mentioned.',
    ...entries.map(
      ({ ledger, count, isComplete }) => `  ${ledger}: ${atLeast(isComplete)}${count} entries`,
    ),
    'What was disclosed before stays with whoever took it.',
    ...(disclosed === undefined
      ? []
      : [
          `  ${atLeast(disclosed.isComplete)}${disclosed.count} entries of _access disclosed this person:`,
          ...disclosed.ids.map((id) => `  ${id}`),
        ]),
  ];
}
