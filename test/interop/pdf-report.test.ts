/**
 * Our reports before other people's programs: veraPDF judges whether they are PDF/A-3b, Poppler takes text
 * and files out again, and the verifier verifies what it took out. Needs `pdfinfo`, `pdftotext`,
 * `pdfdetach` and `java` on the path, and veraPDF where `.ci/run` puts it.
 */
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NO_TRUST } from '../../src/evidence/trust.js';
import { inspectionReport } from '../../src/reports/inspection-report.js';
import { threadPrinting } from '../../src/reports/print-thread.js';
import type { Block } from '../../src/reports/report-document.js';
import { subjectExportReport } from '../../src/reports/subject-export-report.js';
import { append, createLedger, RECORD } from '../api/support/ledger-client.js';
import { documentOf, printed } from '../reports/support/print.js';
import {
  EVIDENCE_FILE,
  exampleData,
  exampleEvidence,
  inspectionData,
  subjectExportData,
} from '../reports/support/report-data.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestService } from '../support/test-service.js';
import { type Verdicts, verdictsOf } from './verapdf-verdicts.js';

const TRUST = 'docs/formats/examples/residence.trust.json';

const run = promisify(execFile);

let folder: string;
const path = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await temporaryDirectory();
});

afterAll(async () => {
  await removeDirectory(folder);
});

const verapdf = (...files: readonly string[]): Promise<Verdicts> => verdictsOf(files.map(path));

describe('veraPDF', () => {
  it('finds the reports compliant with PDF/A-3b', async () => {
    const reports = {
      'inspection-en.pdf': inspectionReport(inspectionData()),
      'inspection-de.pdf': inspectionReport(inspectionData({ language: 'de' }, NO_TRUST)),
      'export-en.pdf': subjectExportReport(subjectExportData()),
      'export-de.pdf': subjectExportReport(subjectExportData({ language: 'de', files: [] })),
      'hostile.pdf': documentOf(hostileBlocks(), {
        title: 'a<b>&\u0000\u202e\ud800',
        mark: '\u0007',
      }),
      'long.pdf': documentOf(longBlocks(), { files: [exampleData()] }),
      'empty.pdf': documentOf([]),
    };
    for (const [name, document] of Object.entries(reports))
      await writeFile(path(name), await printed(document));
    expect(await verapdf(...Object.keys(reports))).toEqual(
      Object.fromEntries(Object.keys(reports).map((name) => [name, ['PASS']])),
    );
  }, 300_000);

  it('does not, if a thing that PDF/A asks for is missing', async () => {
    const faults: Readonly<
      Record<string, readonly [piece: string, instead: string, rule: string]>
    > = {
      'no-output-intent.pdf': ['/OutputIntents', '/OutputIntentz', '6.2.4.3-2'],
      'no-font.pdf': ['/FontFile2', '/FontFile9', '6.2.11.4.1-1'],
      'no-relationship.pdf': ['/AFRelationship', '/AFRelationshiq', '6.8-3'],
      'another-part.pdf': ['<pdfaid:part>3', '<pdfaid:part>2', '6.6.4-2'],
    };
    const good = await printed(subjectExportReport(subjectExportData()));
    for (const [name, [piece, instead]] of Object.entries(faults)) {
      const text = Buffer.from(good).toString('latin1');
      expect(text).toContain(piece);
      await writeFile(path(name), text.replaceAll(piece, instead), 'latin1');
    }
    const verdicts = await verapdf(...Object.keys(faults));
    for (const [name, [, , rule]] of Object.entries(faults))
      expect([name, verdicts[name]]).toEqual([name, expect.arrayContaining([rule])]);
  });
});

describe('the export of a person by a node', () => {
  it('conforms to PDF/A-3b, and Poppler reads it and takes out the JSON', async () => {
    const node = await openTestService(path('node'), {
      print: threadPrinting({
        entry: new URL('../../dist/reports/print-worker.js', import.meta.url),
      }),
    });
    try {
      await createLedger(node, 'kyc');
      await append(node, 'kyc', {
        ...RECORD,
        subject: 'ada',
        parts: [{ subject: 'bob', payload: { note: 'secret of bob' } }],
      });
      const exported = '/v1/ledgers/kyc/subjects/ada/export?format=pdf';
      for (const language of ['en', 'de']) {
        const response = await node.request(`${exported}&language=${language}`);
        await writeFile(path(`${language}.pdf`), new Uint8Array(await response.arrayBuffer()));
      }
    } finally {
      await node.service.close();
    }
    expect(await verapdf('en.pdf', 'de.pdf')).toEqual({ 'en.pdf': ['PASS'], 'de.pdf': ['PASS'] });
    const { stdout: text } = await run('pdftotext', ['-layout', path('en.pdf'), '-']);
    for (const part of ['"Hauptstraße 1"', 'Parts of your records', 'Page 1 of ', 'Data of ada'])
      expect(text).toContain(part);
    await mkdir(path('person'));
    await run('pdfdetach', ['-saveall', '-o', path('person'), path('en.pdf')]);
    const json = await readFile(path('person/subject-export.json'), 'utf8');
    expect(JSON.parse(json)).toMatchObject({ subject: 'ada', leftOut: [{ what: 'part' }] });
    expect(text + json).not.toMatch(/bob/);
  });
});

describe('Poppler', () => {
  it('reads what a report is and what it says', async () => {
    await writeFile(path('report.pdf'), await printed(inspectionReport(inspectionData())));
    const { stdout: info } = await run('pdfinfo', [path('report.pdf')], {
      env: { TZ: 'UTC', ...process.env },
    });
    expect(info).toMatch(/^Title: +Inspection report$/m);
    expect(info).toMatch(/^Author: +log\.example\.org\/kyc\/default$/m);
    expect(info).toMatch(/^Tagged: +yes$/m);
    const { stdout: text } = await run('pdftotext', ['-layout', path('report.pdf'), '-']);
    for (const part of [
      'Art. 28 Due Diligence Act',
      '"Städtle 12"',
      'MADE FOR DEVELOPMENT: NO PROOF FOR OTHERS',
      'Page 1 of ',
    ])
      expect(text).toContain(part);
  });

  it('takes out the evidence as it went in, and the verifier verifies it', async () => {
    await mkdir(path('out'));
    await writeFile(path('files.pdf'), await printed(inspectionReport(inspectionData())));
    await run('pdfdetach', ['-saveall', '-o', path('out'), path('files.pdf')]);
    for (const file of [exampleEvidence(), exampleData()])
      expect(await readFile(path(`out/${file.name}`))).toEqual(Buffer.from(file.bytes));

    await run(process.execPath, ['scripts/build-verifier.mjs', path('verify.mjs')]);
    const verify = async (file: string) =>
      run(process.execPath, [
        path('verify.mjs'),
        file,
        '--trust',
        TRUST,
        '--require',
        'attributed',
      ]);
    expect((await verify(path(`out/${EVIDENCE_FILE}`))).stdout).toMatch(/^VERIFIED\n/);
    const altered = Buffer.from(exampleEvidence().bytes)
      .toString('latin1')
      .replace(/"inclusion":\["./, '"inclusion":["+');
    await writeFile(path('altered'), altered, 'latin1');
    await expect(verify(path('altered'))).rejects.toMatchObject({ code: 1 });
  });
});

/** Every 499th code point of all planes, and what is worst among the others. */
function hostileBlocks(): Block[] {
  const texts = ['\u202e\u2066\u0000\u0007\ud800\udc00\ud800 \ufeff\ufffe', 'a\u0301'.repeat(200)];
  for (let at = 0; at < 0x110000; at += 499 * 200)
    texts.push(
      String.fromCodePoint(
        ...Array.from({ length: 200 }, (_, one) => at + one * 499).filter((one) => one < 0x110000),
      ),
    );
  return texts.flatMap((text): Block[] => [
    { kind: 'paragraph', text },
    { kind: 'preformatted', text },
  ]);
}

function longBlocks(): Block[] {
  const columns = [
    { title: 'a', share: 1 },
    { title: 'b', share: 1, mono: true },
  ];
  const rows = Array.from({ length: 80 }, (_, at) => [`${at}`, 'x '.repeat(at)]);
  return [
    { kind: 'heading', level: 1, text: 'Long' },
    { kind: 'table', columns, rows },
  ];
}
