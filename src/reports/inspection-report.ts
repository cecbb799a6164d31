/**
 * The report of an inspection: who asked what on which legal ground, what the log answered and in which
 * state, and how far it is proven. It goes into the hand-over package and is read without us.
 */
import type { JsonValue } from '../base/canonical-json.js';
import { formatInstant } from '../base/time.js';
import { attachedBlocks } from './attached.js';
import { contentBlocks, jsonText } from './content.js';
import type {
  Difference,
  InspectedSubject,
  InspectionQuestion,
  InspectionReportData,
  Inspector,
  SubjectState,
  ThingState,
  TimelineEntry,
} from './inspection-data.js';
import { heading, listText, paragraph, rows, thingText } from './internal/blocks.js';
import { fileSection, verifySection } from './internal/file-section.js';
import { instantCell, instantText, periodCell, periodText } from './internal/times.js';
import { developmentMark, proofSection, proofWarnings } from './proof-state.js';
import type { Block, ReportDocument } from './report-document.js';
import { type Say, speaker } from './report-language.js';

export function inspectionReport(data: InspectionReportData): ReportDocument {
  const say = speaker(data.language);
  const { proofs, files } = data;
  return {
    language: data.language,
    title: say('inspection.title'),
    author: data.log,
    reference: say('inspection.reference', { caseId: data.caseId }),
    mark: developmentMark(proofs, say),
    createdAt: data.createdAt,
    files,
    blocks: [
      { kind: 'heading', level: 1, text: say('inspection.title') },
      ...proofWarnings(proofs, say),
      { kind: 'paragraph', text: say('inspection.about') },
      ...caseSection(data, say),
      ...inspectorSection(data.inspectors, say),
      ...questionSection(data.questions, say),
      ...data.subjects.flatMap((subject) => subjectSection(subject, say)),
      ...proofSection(proofs, say),
      ...fileSection(files, say),
      ...verifySection(proofs[0]?.file, say),
    ],
  };
}

function caseSection(data: InspectionReportData, say: Say): readonly Block[] {
  const { scope } = data;
  return [
    heading(2, say('inspection.case')),
    rows([
      [say('label.case'), data.caseId],
      [say('label.authority'), data.authority],
      [say('label.legal-basis'), data.legalBasis],
      [say('label.institution'), data.institution],
      [say('label.opened'), formatInstant(data.openedAt)],
      [say('label.expires'), instantText(data.expiresAt, say('value.never'))],
      ...(data.closedAt === null
        ? []
        : [[say('label.closed'), formatInstant(data.closedAt)] as const]),
      [say('label.visibility'), say(data.hidden ? 'value.hidden' : 'value.open')],
      [say('label.log'), data.log],
      [say('label.made'), formatInstant(data.createdAt)],
    ]),
    heading(3, say('inspection.scope')),
    rows([
      [say('label.subjects'), listText(scope.subjects, say)],
      [say('label.types'), listText(scope.types, say)],
      [say('label.period'), periodText(scope.period, say)],
    ]),
  ];
}

function inspectorSection(inspectors: readonly Inspector[], say: Say): readonly Block[] {
  return [
    heading(2, say('inspection.inspectors')),
    ...inspectors.map((inspector) =>
      rows([
        [say('label.name'), inspector.name],
        [say('label.organisation'), inspector.organisation],
        [say('label.identity'), inspector.identity],
        [say('label.identified-by'), inspector.identifiedBy],
      ]),
    ),
  ];
}

function questionSection(questions: readonly InspectionQuestion[], say: Say): readonly Block[] {
  const title = heading(2, say('inspection.questions'));
  if (questions.length === 0) return [title, paragraph(say('inspection.questions.none'))];
  return [
    title,
    {
      kind: 'table',
      columns: [
        { title: say('column.time'), share: 15 },
        { title: say('column.question'), share: 25 },
        { title: say('column.as-of'), share: 20, mono: true },
        { title: say('column.valid-at'), share: 15 },
        { title: say('column.shown'), share: 8 },
        { title: say('column.result-root'), share: 20, mono: true },
      ],
      rows: questions.map(({ askedAt, question, asOf, validAt, shown, resultRoot }) => [
        instantCell(askedAt),
        question,
        asOf === null ? '–' : say('value.as-of', { size: asOf.size, root: asOf.rootHash }),
        validAt === null ? '–' : instantCell(validAt),
        String(shown),
        resultRoot ?? '–',
      ]),
    },
  ];
}

function subjectSection(inspected: InspectedSubject, say: Say): readonly Block[] {
  const { subject, states, differences, timeline } = inspected;
  return [
    heading(2, say('inspection.subject', { subject })),
    ...states.flatMap((state, at) => stateSection(state, at + 1, say)),
    ...(states.length < 2 ? [] : differenceSection(differences, say)),
    ...timelineSection(timeline, say),
  ];
}

function stateSection(state: SubjectState, number: number, say: Say): readonly Block[] {
  const { asOf, knownUntil, validAt, things } = state;
  const title =
    validAt === null
      ? say('inspection.state.recorded', { number, size: asOf.size })
      : say('inspection.state', { number, validAt: formatInstant(validAt), size: asOf.size });
  return [
    heading(3, title),
    rows([
      [say('label.known'), formatInstant(knownUntil)],
      [say('label.root'), asOf.rootHash, 'mono'],
    ]),
    ...(things.length === 0 ? [paragraph(say('inspection.state.nothing'))] : []),
    ...things.flatMap((thing) => thingBlocks(thing, say)),
  ];
}

function thingBlocks(thing: ThingState, say: Say): readonly Block[] {
  return [
    heading(4, thingText(thing, say)),
    rows([
      [say('label.entry'), String(thing.index)],
      [say('label.recorded'), formatInstant(thing.recordedAt)],
      [say('label.valid'), periodText(thing.valid, say)],
      [say('label.author'), thing.author],
    ]),
    ...attachedBlocks(thing.attachments ?? [], say),
    ...contentBlocks(thing.content, say),
  ];
}

/** Of a cell; the evidence has the whole. */
const MAX_CELL_LENGTH = 500;

function differenceSection(differences: readonly Difference[], say: Say): readonly Block[] {
  const title = heading(3, say('inspection.differences'));
  if (differences.length === 0) return [title, paragraph(say('inspection.differences.none'))];
  const valueText = (value: JsonValue | undefined): string =>
    value === undefined ? say('value.not-there') : jsonText(value, MAX_CELL_LENGTH, say);
  return [
    title,
    {
      kind: 'table',
      columns: [
        { title: say('column.thing'), share: 24 },
        { title: say('column.place'), share: 20, mono: true },
        { title: say('column.before'), share: 28, mono: true },
        { title: say('column.after'), share: 28, mono: true },
      ],
      rows: differences.map((difference) => [
        thingText(difference, say),
        difference.pointer,
        valueText(difference.before),
        valueText(difference.after),
      ]),
    },
  ];
}

function timelineSection(timeline: readonly TimelineEntry[], say: Say): readonly Block[] {
  const title = heading(3, say('inspection.timeline'));
  if (timeline.length === 0) return [title, paragraph(say('inspection.timeline.none'))];
  return [
    title,
    {
      kind: 'table',
      columns: [
        { title: say('column.recorded'), share: 22 },
        { title: say('column.entry'), share: 8 },
        { title: say('column.what'), share: 30 },
        { title: say('column.valid'), share: 22 },
        { title: say('column.author'), share: 18 },
      ],
      rows: timeline.map(({ recordedAt, index, what, valid, author }) => [
        instantCell(recordedAt),
        String(index),
        what,
        periodCell(valid, say),
        author,
      ]),
    },
  ];
}
