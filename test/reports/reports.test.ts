import { describe, expect, it } from '@jest/globals';
import { canonicalJson, type JsonValue } from '../../src/base/canonical-json.js';
import { sha256Hex } from '../../src/base/hash.js';
import { NO_TRUST } from '../../src/evidence/trust.js';
import { verifyEvidence } from '../../src/evidence/verify.js';
import { contentBlocks } from '../../src/reports/content.js';
import { inspectionReport } from '../../src/reports/inspection-report.js';
import { proofState } from '../../src/reports/proof-state.js';
import type { Block, LabelledRow } from '../../src/reports/report-document.js';
import { speaker } from '../../src/reports/report-language.js';
import { subjectExportReport } from '../../src/reports/subject-export-report.js';
import { printed } from './support/print.js';
import { readPdf, textOf } from './support/read-pdf.js';
import {
  ATTACHED,
  EVIDENCE_FILE,
  exampleEvidence,
  inspectionData,
  subjectExportData,
} from './support/report-data.js';

const say = speaker('en');

/** Every text of a document, without its layout. */
function textsOf(blocks: readonly Block[]): string[] {
  return blocks.flatMap((block) => {
    switch (block.kind) {
      case 'rows':
        return block.rows.flatMap(({ label, value }) => [label, value]);
      case 'table':
        return [...block.columns.map(({ title }) => title), ...block.rows.flat()];
      default:
        return [block.text];
    }
  });
}

function jsonRows(value: JsonValue): readonly LabelledRow[] {
  return contentBlocks({ kind: 'json', value }, say).flatMap((block) =>
    block.kind === 'rows' ? block.rows : [],
  );
}

describe('the report of an inspection', () => {
  it('says who asked what on which ground, what was answered, and how far it is proven', () => {
    const document = inspectionReport(inspectionData());
    const texts = textsOf(document.blocks);
    for (const part of [
      'FMA-2026-0117',
      'Art. 28 Due Diligence Act',
      'person/4711, person/4712',
      'Not shown to the inspected institution until the authority lifts it',
      'CN=Inspector 12,O=Financial Market Authority,C=LI',
      'Where did person/4711 live on 1 May 2025, as known on 1 June 2025?',
      'Inspected: person/4711',
      '/address/street',
      '"Landstrasse 3"',
      '(not there)',
      `${EVIDENCE_FILE}: verified`,
      'The file is canonical and holds nothing that is not checked.',
      'MADE FOR DEVELOPMENT: NO PROOF FOR OTHERS',
      sha256Hex(exampleEvidence().bytes),
    ])
      expect(texts).toContain(part);
    expect(texts.join('\n')).toContain(`node verify.mjs ${EVIDENCE_FILE} --trust TRUST.json`);
    expect(document.mark).toBe('DEVELOPMENT – NO PROOF FOR OTHERS');
    expect(document.author).toBe('log.example.org/kyc/default');
  });

  it('does not call verified what is not attributed or has failed', () => {
    const consistent = textsOf(inspectionReport(inspectionData({}, NO_TRUST)).blocks);
    expect(consistent).toContain(`${EVIDENCE_FILE}: consistent, not attributed`);
    const altered = Buffer.from(exampleEvidence().bytes);
    altered.set(Buffer.from('"size":5'), altered.indexOf('"size":3'));
    const failed = proofState('altered.evidence', verifyEvidence(altered, NO_TRUST));
    const texts = textsOf(inspectionReport(inspectionData({ proofs: [failed] })).blocks);
    expect(texts).toContain('AT LEAST ONE PROOF FAILED');
    expect(texts).toContain('altered.evidence: FAILED');
    expect(texts).toContain('FAIL');
  });

  it('without evidence says that it proves nothing, and bears no mark', () => {
    const document = inspectionReport(
      inspectionData({ proofs: [], files: [], questions: [], subjects: [] }),
    );
    const texts = textsOf(document.blocks);
    expect(texts).toContain('No evidence is embedded; nothing in this report is proven by it.');
    expect(texts).toContain('No question was asked.');
    expect(document.mark).toBeNull();
  });

  it('comes in German, with the evidence in it, and can be read back', async () => {
    const file = readPdf(await printed(inspectionReport(inspectionData({ language: 'de' }))));
    const text = textOf(file);
    expect(text).toContain('Prüfungsbericht');
    expect(text).toContain('Dem geprüften Institut nicht angezeigt, bis die Behörde es aufhebt');
    expect(text).toContain('FÜR DIE ENTWICKLUNG ERSTELLT: KEIN BEWEIS FÜR');
    expect(Buffer.from(file.files[0]?.bytes ?? [])).toEqual(Buffer.from(exampleEvidence().bytes));
  });
});

describe('the export of a person’s data', () => {
  it('has every version, who read it, and what is missing for which reason', () => {
    const texts = textsOf(subjectExportReport(subjectExportData()).blocks);
    for (const part of [
      'Type tradle.Residence',
      'kyc-10y',
      'Version 1 of 3',
      'not shown: It was erased: the key that opens it has been destroyed.',
      'Version 3 of 3: withdrawal',
      'key clerk-7',
      'A part about you: type tradle.Account',
      'Signature 1 of 1',
      'Parts of your records',
      'It is the data of another person.',
      say('export.omissions.withheld'),
      'Prevention of money laundering; opening and keeping of accounts',
    ])
      expect(texts).toContain(part);
  });

  it('of nothing says so in each of its sections', () => {
    const nothing = subjectExportData({
      types: [],
      mentions: [],
      signatures: [],
      accesses: [],
      omissions: [],
      files: [],
      proofs: [],
    });
    const texts = textsOf(subjectExportReport(nothing).blocks);
    for (const code of [
      'export.data.none',
      'export.access.none',
      'export.omissions.none',
      'files.none',
    ] as const)
      expect(texts).toContain(say(code));
  });
});

describe('attached files', () => {
  const ROWS = [
    ...['Attached file', '48213 bytes of application/pdf', 'Attached as', 'Stromrechnung.pdf'],
    ...['SHA-256', ATTACHED.sha256, 'Entry of the file', ATTACHED.id],
  ];

  it.each([
    ['the report of an inspection', inspectionReport(inspectionData())],
    ['the export of a person’s data', subjectExportReport(subjectExportData())],
  ])('stand in %s with what they are, and where they came from', (_, { blocks }) => {
    const texts = textsOf(blocks);
    const from = texts.indexOf('Attached file');
    expect(texts.slice(from, from + ROWS.length)).toEqual(ROWS);
  });

  it('have no name but the one that the record gave them', () => {
    const texts = textsOf(subjectExportReport(subjectExportData()).blocks);
    expect(texts.filter((text) => text === 'Attached file')).toHaveLength(2);
    expect(texts.filter((text) => text === 'Attached as')).toHaveLength(1);
  });
});

describe('content', () => {
  it('stands as JSON text, a row a member, nested under a row of ours', () => {
    const value = { a: { b: [1, 'x\n"', null] }, e: [], Author: 'somebody' };
    expect(jsonRows(value)).toMatchObject([
      { label: 'Content', value: '', depth: 0 },
      { label: 'a', value: '', depth: 1 },
      { label: 'b', value: '', depth: 2 },
      { label: '[0]', value: '1', depth: 3 },
      { label: '[1]', value: '"x\\n\\""', depth: 3 },
      { label: '[2]', value: 'null', depth: 3 },
      { label: 'e', value: '[]', depth: 1 },
      { label: 'Author', value: '"somebody"', depth: 1 },
    ]);
    expect(jsonRows('just this')).toMatchObject([{ label: 'Content', value: '"just this"' }]);
  });

  it('that is too long is cut, never inside a character, with length and digest of the whole', () => {
    const value = 'a'.repeat(3_998) + '\u{1f600}'.repeat(10);
    const [row] = jsonRows(value);
    expect(row?.value).toBe(
      `"${'a'.repeat(3_998)} … (cut; ${3_998 + 20 + 2} characters of JSON in all, SHA-256 ${sha256Hex(canonicalJson(value))})`,
    );
  });

  it('of too many members says how many are left out, with a digest of the whole', () => {
    const value = Array.from({ length: 3_000 }, (_, at) => at);
    const blocks = contentBlocks({ kind: 'json', value }, say);
    expect(textsOf(blocks).at(-1)).toBe(
      `and 1001 more values are not printed; SHA-256 of the whole content as JSON (RFC 8785): ${sha256Hex(canonicalJson(value))}`,
    );
  });

  it('that is nested deeply goes on as JSON text in one row', () => {
    let value: JsonValue = 'deep';
    for (let level = 0; level < 60; level++) value = { n: value };
    const rows = jsonRows(value);
    expect(rows.length).toBeLessThan(20);
    expect(rows.at(-1)?.value).toMatch(/^\{"n":\{"n":.*"deep"\}+$/);
  });
});
