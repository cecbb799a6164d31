/**
 * The answer to a person who asks what is recorded about them (Art. 15 GDPR): everything, in every
 * version, who read it, and what is missing for which reason.
 */
import { formatInstant } from '../base/time.js';
import { contentBlocks } from './content.js';
import { heading, paragraph, rows } from './internal/blocks.js';
import { fileSection, verifySection } from './internal/file-section.js';
import { instantCell, periodText } from './internal/times.js';
import { developmentMark, proofSection, proofWarnings } from './proof-state.js';
import type { Block, ReportDocument } from './report-document.js';
import { type Say, speaker } from './report-language.js';
import type {
  DataAccess,
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
      ...accessSection(data.accesses, say),
      ...omissionSection(data.omissions, say),
      ...proofSection(proofs, say),
      ...fileSection(files, say),
      ...verifySection(proofs[0]?.file, say),
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

function thingBlocks({ key, retentionClass, versions }: ExportedThing, say: Say): readonly Block[] {
  return [
    heading(3, key ?? say('export.thing.unnamed')),
    rows([[say('label.retention'), retentionClass]]),
    ...versions.flatMap((version, at) => versionBlocks(version, at + 1, versions.length, say)),
  ];
}

function versionBlocks(
  { index, recordedAt, valid, author, content }: ExportedVersion,
  number: number,
  count: number,
  say: Say,
): readonly Block[] {
  return [
    heading(
      4,
      say(content === null ? 'export.version.withdrawn' : 'export.version', { number, count }),
    ),
    rows([
      [say('label.entry'), String(index)],
      [say('label.recorded'), formatInstant(recordedAt)],
      [say('label.valid'), periodText(valid, say)],
      [say('label.author'), author],
    ]),
    ...(content === null ? [] : contentBlocks(content, say)),
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
  const title = heading(2, say('export.omissions'));
  if (omissions.length === 0) return [title, paragraph(say('export.omissions.none'))];
  return [
    title,
    {
      kind: 'table',
      columns: [
        { title: say('column.what'), share: 38 },
        { title: say('column.reason'), share: 50 },
        { title: say('column.count'), share: 12 },
      ],
      rows: omissions.map(({ what, reason, count }) => [
        what,
        say(`omission.${reason}`),
        String(count),
      ]),
    },
  ];
}
