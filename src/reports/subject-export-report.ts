/**
 * The answer to a person who asks what is recorded about them (Art. 15 GDPR): everything, in every
 * version, who read it, and what is missing for which reason.
 */
import { formatInstant } from '../base/time.js';
import { attachedBlocks } from './attached.js';
import { contentBlocks } from './content.js';
import { heading, paragraph, rows, type RowText } from './internal/blocks.js';
import { fileSection, verifySection } from './internal/file-section.js';
import { instantCell, periodText } from './internal/times.js';
import { developmentMark, proofSection, proofWarnings } from './proof-state.js';
import type { Block, ReportDocument } from './report-document.js';
import { type Say, speaker } from './report-language.js';
import type {
  DataAccess,
  EntryPlace,
  ExportedMention,
  ExportedSignature,
  ExportedThing,
  ExportedType,
  ExportedVersion,
  Omission,
  SubjectExportData,
} from './subject-export-data.js';

export function subjectExportReport(data: SubjectExportData): ReportDocument {
  const say = speaker(data.language);
  const { proofs, files } = data;
  return {
    language: data.language,
    title: say('export.title'),
    author: data.log,
    reference: say('export.reference', { subject: data.subject }),
    mark: developmentMark(proofs, say),
    createdAt: data.createdAt,
    files,
    blocks: [
      heading(1, say('export.title')),
      ...proofWarnings(proofs, say),
      paragraph(say('export.about')),
      ...personSection(data, say),
      ...dataSection(data.types, say),
      ...mentionSection(data.mentions, say),
      ...signatureSection(data.signatures, say),
      ...(data.accesses === null ? [] : accessSection(data.accesses, say)),
      ...omissionSection(data.omissions, say),
      ...proofSection(proofs, say),
      ...fileSection(files, say),
      ...(proofs.length === 0 ? [] : verifySection(proofs[0]?.file, say)),
    ],
  };
}

function personSection(data: SubjectExportData, say: Say): readonly Block[] {
  return [
    heading(2, say('export.person')),
    rows([
      [say('label.person'), data.subject],
      [say('label.controller'), data.controller],
      [say('label.made'), formatInstant(data.createdAt)],
    ]),
    heading(3, say('export.logs')),
    {
      kind: 'table',
      columns: [
        { title: say('column.log'), share: 34 },
        { title: say('column.count'), share: 12 },
        { title: say('column.root'), share: 54, mono: true },
      ],
      rows: data.logs.map(({ origin, size, rootHash }) => [origin, String(size), rootHash]),
    },
    ...(data.notices.length === 0
      ? []
      : [
          heading(3, say('export.notices')),
          rows(data.notices.map(({ label, text }) => [label, text])),
        ]),
    paragraph(say('export.rights')),
  ];
}

function dataSection(types: readonly ExportedType[], say: Say): readonly Block[] {
  const title = heading(2, say('export.data'));
  if (types.length === 0) return [title, paragraph(say('export.data.none'))];
  return [
    title,
    ...types.flatMap(({ type, things }) => [
      heading(2, say('export.type', { type })),
      ...things.flatMap((thing) => thingBlocks(thing, say)),
    ]),
  ];
}

function thingBlocks({ key, versions }: ExportedThing, say: Say): readonly Block[] {
  return [
    heading(3, key ?? say('export.thing.unnamed')),
    ...versions.flatMap((version, at) => versionBlocks(version, at + 1, versions.length, say)),
  ];
}

function versionBlocks(
  version: ExportedVersion,
  number: number,
  count: number,
  say: Say,
): readonly Block[] {
  const { attachments = [], author, content, isCurrent, retentionClass, retracts, valid } = version;
  const withdraws = retracts !== null;
  return [
    heading(4, say(withdraws ? 'export.version.withdrawn' : 'export.version', { number, count })),
    rows([
      ...placeRows(version, say),
      ...(withdraws ? [[say('label.withdraws'), retracts, 'mono'] as const] : []),
      [say('label.current'), say(isCurrent ? 'value.yes' : 'value.no')],
      [say('label.valid'), periodText(valid, say)],
      [say('label.author'), author],
      [say('label.retention'), retentionClass],
    ]),
    ...attachedBlocks(attachments, say),
    ...contentBlocks(content, say),
  ];
}

function placeRows({ origin, index, id, recordedAt }: EntryPlace, say: Say): readonly RowText[] {
  return [
    [say('label.entry'), say('value.entry', { origin, index })],
    [say('label.id'), id, 'mono'],
    [say('label.recorded'), formatInstant(recordedAt)],
  ];
}

function mentionSection(mentions: readonly ExportedMention[], say: Say): readonly Block[] {
  if (mentions.length === 0) return [];
  return [
    heading(2, say('export.mentions')),
    paragraph(say('export.mentions.about')),
    ...mentions.flatMap((mention) => [
      heading(3, say(`export.mention.${mention.role}`, { type: mention.type })),
      rows(placeRows(mention, say)),
      ...(mention.content === null ? [] : contentBlocks(mention.content, say)),
    ]),
  ];
}

function signatureSection(signatures: readonly ExportedSignature[], say: Say): readonly Block[] {
  if (signatures.length === 0) return [];
  return [
    heading(2, say('export.signatures')),
    paragraph(say('export.signatures.about')),
    ...signatures.flatMap((signature, at) => [
      heading(3, say('export.signature', { number: at + 1, count: signatures.length })),
      rows([
        ...placeRows(signature, say),
        [say('label.signed'), signature.of, 'mono'],
        [say('label.retention'), signature.retentionClass],
      ]),
      ...contentBlocks({ kind: 'binary', ...signature }, say),
    ]),
  ];
}

function accessSection(accesses: readonly DataAccess[], say: Say): readonly Block[] {
  const title = heading(2, say('export.access'));
  if (accesses.length === 0) return [title, paragraph(say('export.access.none'))];
  return [
    title,
    {
      kind: 'table',
      columns: [
        { title: say('column.time'), share: 22 },
        { title: say('column.who'), share: 26 },
        { title: say('column.purpose'), share: 22 },
        { title: say('column.what'), share: 22 },
        { title: say('column.count'), share: 8 },
      ],
      rows: accesses.map(({ at, who, purpose, what, entries }) => [
        instantCell(at),
        who,
        purpose,
        what,
        String(entries),
      ]),
    },
  ];
}

function omissionSection(omissions: readonly Omission[], say: Say): readonly Block[] {
  // Always, and in the same words: it must not tell whether there is any of it.
  const begin = [heading(2, say('export.omissions')), paragraph(say('export.omissions.withheld'))];
  if (omissions.length === 0) return [...begin, paragraph(say('export.omissions.none'))];
  return [
    ...begin,
    {
      kind: 'table',
      columns: [
        { title: say('column.what'), share: 38 },
        { title: say('column.reason'), share: 50 },
        { title: say('column.omitted'), share: 12 },
      ],
      rows: omissions.map(({ what, reason, count }) => [
        say(`omitted.${what}`),
        say(`omission.${reason}`),
        String(count),
      ]),
    },
  ];
}
