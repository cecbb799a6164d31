/** A certificate of destruction as people read it. */
import { z } from 'zod';
import type { JsonValue } from '../../base/canonical-json.js';
import type { Language } from '../../evidence/languages.js';
import { speakerOf } from '../../reports/report-language.js';
import { expected } from '../answers.js';
import { oneLineKept } from '../terminal.js';
import { GERMAN } from './messages-de.js';
import { type CertificateCatalogue, type CertificateMessageCode, ENGLISH } from './messages-en.js';

export const CERTIFICATE_CATALOGUES: Readonly<Record<Language, CertificateCatalogue>> = {
  en: ENGLISH,
  de: GERMAN,
};

const signer = z.object({ author: z.string(), key: z.string() });
const reason = z.looseObject({ kind: z.string() });
const schema = z.looseObject({
  id: z.string(),
  kind: z.string(),
  class: z.string().optional(),
  through: z.string().optional(),
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
    holders: z
      .array(
        z.object({
          kind: z.string(),
          id: z.string(),
          generation: z.number().optional(),
          confirmedAt: z.string().optional(),
        }),
      )
      .default([]),
  }),
  entry: z.object({ ledger: z.string(), index: z.number(), id: z.string() }),
});
type Said = z.output<typeof schema>;
type Findings = Said['certificate']['findings'];
type Holder = Said['certificate']['holders'][number];
type Reason = z.output<typeof reason>;
type Say = ReturnType<typeof speakerOf<CertificateMessageCode>>;

/** @throws CliError CLI_ANSWER_UNUSABLE. */
export function certificateLines(answer: JsonValue, language: Language): readonly string[] {
  const said = expected(schema, answer);
  const say = speakerOf(CERTIFICATE_CATALOGUES[language]);
  const { certificate } = said;
  const { generations, findings, provisional } = certificate;
  const lines = [
    say(provisional ? 'title.provisional' : 'title', { id: said.id }),
    '',
    ...rowLines(say, said),
    '',
    ...wentLines(say, said),
    say('vault', generations),
    '',
    ...keptLines(say, findings),
    '',
    ...stayLines(say, findings),
    ...(certificate.interrupted === true ? [say('interrupted')] : []),
    ...holderLines(say, certificate.holders),
    ...(provisional ? [say('provisional'), say('provisional.copies')] : []),
  ];
  return lines.map(oneLineKept);
}

function rowLines(say: Say, said: Said): readonly string[] {
  const { certificate, entry } = said;
  const rows = [
    ['label.meant', meant(say, said)],
    ['label.reason', said.reason],
    ['label.legal-basis', said.legalBasis],
    ['label.asked', say('by.whom', { at: said.proposedAt, ...said.proposedBy })],
    ['label.approved', say('by.whom', { at: said.approvedAt, ...said.approvedBy })],
    ['label.judged', certificate.judgedAt],
    ['label.completed', certificate.completedAt],
    ['label.kept-in', say('entry', entry)],
  ] as const;
  const width = Math.max(...rows.map(([label]) => say(label).length));
  return rows.map(([label, text]) => `${say(label).padEnd(width)}   ${text}`);
}

function meant(say: Say, { kind, certificate, class: name, through }: Said): string {
  const { person } = certificate.findings;
  if (kind === 'subject')
    return person === undefined
      ? say('meant.person.unknown')
      : say('meant.person', { tag: person.tag });
  return [
    say('meant.due'),
    ...(name === undefined ? [] : [say('meant.due.class', { class: name })]),
    ...(through === undefined ? [] : [say('meant.due.through', { through })]),
  ].join(', ');
}

function wentLines(say: Say, { certificate: { went } }: Said): readonly string[] {
  const classes = Object.entries(went.classes).flatMap(([name, months]) =>
    Object.entries(months).map(([month, secrets]) =>
      say('destroyed.class', { class: name, month, secrets }),
    ),
  );
  return [
    say('destroyed'),
    ...[...classes, say('destroyed.tags', { persons: went.tags })].map(indented),
  ];
}

function keptLines(say: Say, { kept, keptMore, tagsKept, more }: Findings): readonly string[] {
  const because = (reasons: readonly Reason[]): string =>
    reasons.map((one) => reasonText(say, one)).join('; ');
  const lines = [
    ...kept.map(({ reasons, ...one }) => say('kept.class', { ...one, reasons: because(reasons) })),
    ...(keptMore === undefined ? [] : [say('kept.more', { secrets: keptMore })]),
    ...(tagsKept === undefined ? [] : [say('kept.tags', { reasons: because(tagsKept) })]),
  ];
  return [
    say(lines.length === 0 ? 'kept.none' : 'kept'),
    ...lines.map(indented),
    ...(more === true ? [say('more')] : []),
  ];
}

/** Of a kind that this version does not know, and of facts that are missing, what the node says. */
function reasonText(say: Say, { kind, ...rest }: Reason): string {
  const facts = Object.fromEntries(
    Object.entries(rest).map(([name, value]) => [name, textOf(value)]),
  );
  if (kind === 'policy')
    return say(facts['dueAt'] === undefined ? 'reason.policy.endless' : 'reason.policy', facts);
  if (kind === 'hold')
    return say(facts['until'] === undefined ? 'reason.hold' : 'reason.hold.until', facts);
  if (kind === 'lock')
    return say(facts['until'] === undefined ? 'reason.lock' : 'reason.lock.until', facts);
  if (kind === 'clock' || kind === 'own' || kind === 'data-left')
    return say(`reason.${kind}`, facts);
  return [kind, ...Object.entries(facts).map(([name, text]) => `${name} ${text}`)].join(', ');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function stayLines(say: Say, { entries = [], disclosed }: Findings): readonly string[] {
  return [
    say('stays'),
    say('stays.others'),
    ...entries.map(({ isComplete, ledger, count }) =>
      indented(say(isComplete ? 'stays.entries' : 'stays.entries.least', { ledger, count })),
    ),
    say('disclosed'),
    ...(disclosed === undefined ? [] : disclosedLines(say, disclosed).map(indented)),
  ];
}

/** Whoever the node gave copies, and whether they have let go of what was destroyed. */
function holderLines(say: Say, holders: readonly Holder[]): readonly string[] {
  if (holders.length === 0) return [];
  return [say('holders'), ...holders.map((holder) => indented(holderText(say, holder)))];
}

/** Of a kind that this version does not know, what the node says. */
function holderText(say: Say, { kind, id, confirmedAt: at, ...holder }: Holder): string {
  const generation = holder.generation ?? '?';
  if (kind === 'escrow')
    return at === undefined
      ? say('holders.escrow.silent', { id, generation })
      : say('holders.escrow', { id, generation, at });
  if (kind === 'backup')
    return at === undefined
      ? say('holders.backup.silent', { id })
      : say('holders.backup', { id, generation, at });
  if (kind === 'member')
    return at === undefined
      ? say('holders.member.silent', { id })
      : say('holders.member', { id, at });
  return [kind, id, at ?? ''].join(' ');
}

function disclosedLines(
  say: Say,
  { isComplete, count, ids }: NonNullable<Findings['disclosed']>,
): readonly string[] {
  const code = isComplete ? 'disclosed.entries' : 'disclosed.entries.least';
  return [say(code, { count }), ...ids];
}

function indented(line: string): string {
  return `  ${line}`;
}
