/** `verify.html` as its reader has it: from a file, in a browser, without a network. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, ElementHandle, Page } from 'puppeteer-core';
import { MAX_COLLECTION_BYTES } from '../../src/evidence/collection-file.js';
import { formatCollection } from '../../src/evidence/format-collection.js';
import { CATALOGUES, type Language } from '../../src/evidence/languages.js';
import { parseCollection } from '../../src/evidence/parse-collection.js';
import { reportOutline, type ReportOutline } from '../../src/evidence/report-outline.js';
import { verifyFiles } from '../../src/evidence/run-verify.js';
import { build, trustBytes } from '../evidence/evidence-builder.js';
import { attachingCollection, CONTENT } from '../evidence/support/attachment-forgeries.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import {
  elementOf,
  giveFiles,
  launchBrowser,
  openOffline,
  type OfflinePage,
  resultsOn,
} from './browser.js';

const EXAMPLES = resolve('docs/formats/examples');
const EVIDENCE = join(EXAMPLES, 'residence.evidence');
const TRUST = join(EXAMPLES, 'residence.trust.json');
const COLLECTION = join(EXAMPLES, 'customer.collection');
const COLLECTION_TRUST = join(EXAMPLES, 'customer.trust.json');

let directory: string;
let browser: Browser;
let opened: OfflinePage;
let page: Page;

beforeAll(async () => {
  directory = await temporaryDirectory();
  for (const [script, name] of [
    ['build-verify-page', 'verify.html'],
    ['build-verifier', 'verify.mjs'],
  ] as const)
    execFileSync(process.execPath, [`scripts/${script}.mjs`, join(directory, name)]);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await removeDirectory(directory);
});

beforeEach(async () => {
  opened = await openOffline(browser, join(directory, 'verify.html'));
  page = opened.page;
  await speak('en');
});
afterEach(async () => {
  expect(opened.offences).toEqual([]);
  await page.close();
});

describe('verify.html', () => {
  it('verifies the example by its trust file, and says so in large letters', async () => {
    await give('trust', TRUST);
    await give('evidence', EVIDENCE);
    expect(await results(1)).toEqual(['verified']);
    expect(await texts('.title')).toEqual(['VERIFIED']);
  });

  it.each([
    ['an entry', 'en', EVIDENCE, TRUST, 'verified'],
    ['an entry', 'de', EVIDENCE, TRUST, 'verified'],
    ['whole answers about a person', 'en', COLLECTION, COLLECTION_TRUST, 'consistent'],
    ['whole answers about a person', 'de', COLLECTION, COLLECTION_TRUST, 'consistent'],
  ] as const)(
    'says of %s all that verify.mjs says, in the language %s',
    async (_of, lang, file, trust, result) => {
      await give('trust', trust);
      await give('evidence', file);
      expect(await results(1)).toEqual([result]);
      await speak(lang);
      const args = ['verify.mjs', file, '--trust', trust, '--lang', lang];
      const { stdout } = spawnSync(process.execPath, args, { cwd: directory, encoding: 'utf8' });
      expect(await texts('pre.plain')).toEqual([stdout]);
      expect(await shown()).toEqual(sentencesOf(outlineOf(file, [trust], lang)));
    },
  );

  it('fails an answer about a person that one entry was left out of', async () => {
    const honest = parseCollection(new Uint8Array(readFileSync(COLLECTION)));
    const entries = honest.entries.slice(1);
    const questions = honest.questions.map((question) => ({
      ...question,
      entries: question.entries.filter((at) => at > 0).map((at) => at - 1),
    }));
    const less = join(directory, 'less.collection');
    writeFileSync(less, formatCollection({ ...honest, entries, questions }));
    await give('trust', COLLECTION_TRUST);
    await give('evidence', less);
    expect(await results(1)).toEqual(['failed']);
  });

  it('does not attribute what no root of trust of the reader speaks for', async () => {
    await give('evidence', EVIDENCE);
    expect(await results(1)).toEqual(['consistent']);
    await give('trust', TRUST);
    await page.waitForSelector('article[data-result=verified]');
    await (await one('#trust-files button')).click();
    await page.waitForSelector('article[data-result=consistent]');
    expect(await shown()).toEqual(sentencesOf(outlineOf(EVIDENCE, [], 'en')));
  });

  it('says which attachment a file is, as verify.mjs does, and of another that it is none', async () => {
    const evidence = join(directory, 'anna.collection');
    writeFileSync(evidence, (await attachingCollection()).bytes);
    writeFileSync(join(directory, 'scan.pdf'), CONTENT);
    // Of more than one piece of a stream.
    writeFileSync(join(directory, 'other.pdf'), Buffer.alloc(3_000_000));
    await give('evidence', evidence);
    await give('files', join(directory, 'scan.pdf'), join(directory, 'other.pdf'));
    expect(await results(1)).toEqual(['consistent']);
    await page.waitForSelector('section.compared');
    const args = ['verify.mjs', evidence, '--file', 'scan.pdf', '--file', 'other.pdf'];
    const { stdout } = spawnSync(process.execPath, args, { cwd: directory, encoding: 'utf8' });
    expect(stdout).toContain('attachment 1 of entry 9');
    expect(await texts('pre.plain')).toEqual([stdout]);
    expect((await texts('.verdict p'))[1]).toMatch(/BUT .* \(2\), 1 match NOTHING/);
  });

  it('fails a file of which one digit is another', async () => {
    const altered = fileOf('altered.evidence', (text) =>
      text.replace(/"inclusion":\["./, '"inclusion":["+'),
    );
    await give('trust', TRUST);
    await give('evidence', altered);
    expect(await results(1)).toEqual(['failed']);
    expect(await texts('.title')).toEqual(['FAILED']);
    expect(await shown()).toEqual(sentencesOf(outlineOf(altered, [TRUST], 'en')));
  });

  it('judges nothing that is no evidence file, and goes on with the next', async () => {
    const torn = fileOf('torn.evidence', (text) => text.slice(0, 1_000));
    const large = fileOf('large.evidence', () => '');
    truncateSync(large, MAX_COLLECTION_BYTES + 1);
    await give('evidence', torn, large, EVIDENCE);
    expect(await results(3)).toEqual(['unusable', 'unusable', 'consistent']);
    const [first, second] = await texts('.verdict p:last-child');
    expect(first).toMatch(/^This is not an evidence file/);
    expect(second).toMatch(/^The file is larger/);
    expect((await texts('q'))[0]).toMatch(/^not an evidence file: /);
  });

  it('judges nothing while a trust file is none', async () => {
    await give('trust', TRUST, EVIDENCE);
    await give('evidence', EVIDENCE);
    expect(await results(1)).toEqual(['unusable']);
    expect((await texts('q'))[0]).toMatch(/^residence\.evidence: not a trust file: /);
  });

  it('shows hostile texts as texts', async () => {
    const hostile = '<img src=x onerror="document.title=1">';
    const bank = await build({
      header: (header) => ({ ...header, subject: `${hostile}\u202e` }),
      payload: new TextEncoder().encode(JSON.stringify({ x: `</pre><script>${hostile}` })),
      openers: () => undefined,
    });
    const evidence = join(directory, '<b>hostile.evidence');
    writeFileSync(evidence, bank.bytes);
    const trust = join(directory, 'bank.json');
    writeFileSync(trust, trustBytes(bank.trust));
    await give('trust', trust);
    await give('evidence', evidence);
    expect(await results(1)).toEqual(['verified']);
    expect(await texts('dd')).toContain(`${hostile}\\u{202e}`);
    expect((await texts('.content pre'))[0]).toContain('</pre><script><img src=x onerror=');
    expect((await texts('article h2 .name'))[0]).toBe('<b>hostile.evidence');
    expect(await page.$$('img, article b, article script')).toEqual([]);
    expect(await page.title()).toBe('Verification of evidence – Chirograph');
  });

  it('takes files that are dropped on it, and keeps its place when they miss', async () => {
    const missed = await drop('body', EVIDENCE);
    await drop('#evidence', EVIDENCE);
    expect(await results(1)).toEqual(['consistent']);
    expect(missed).toBe(false);
  });

  it('can be used by keyboard, and tells who hears it the results', async () => {
    await give('evidence', EVIDENCE);
    await results(1);
    expect(await texts('[role=status]')).toEqual([
      'residence.evidence: VERIFIED AS CONSISTENT, NOT ATTRIBUTED',
    ]);
    const reached: unknown[] = [];
    await page.focus('#language-en');
    for (let tab = 0; tab < 8; tab++) {
      await page.keyboard.press('Tab');
      reached.push(
        await page.evaluate('document.activeElement.id || document.activeElement.textContent'),
      );
    }
    const plain = 'The same report as plain text, as verify.mjs prints it';
    expect(reached).toEqual([
      'language-de',
      'evidence',
      'Remove',
      'trust',
      'headers',
      'files',
      'Print',
      plain,
    ]);
    await page.focus('#evidence-files button');
    await page.keyboard.press('Enter');
    expect(await texts('article')).toEqual([]);
    expect(await page.evaluate('document.activeElement.id')).toBe('evidence');
  });

  it('prints the whole report, and no controls', async () => {
    await give('trust', TRUST);
    await give('evidence', EVIDENCE);
    await results(1);
    const pdf = join(directory, 'report.pdf');
    await page.pdf({ path: pdf, format: 'A4' });
    const printed = execFileSync('pdftotext', ['-raw', pdf, '-'], { encoding: 'utf8' });
    const squeezed = printed.replaceAll(/\s/g, '');
    for (const sentence of sentencesOf(outlineOf(EVIDENCE, [TRUST], 'en')))
      expect(squeezed).toContain(sentence.replaceAll(/\s/g, ''));
    for (const part of ['VERIFIED', 'residence.evidence', 'residence.trust.json', 'SHA-256'])
      expect(printed).toContain(part);
    expect(printed).not.toMatch(/Choose|Remove|Deutsch|as plain text/);
  });
});

describe('the policy of verify.html', () => {
  it.each([
    ['fetches nothing', "fetch('https://example.org/')", 'connect-src'],
    ['sends nothing', "navigator.sendBeacon('https://example.org/', 'x')", 'connect-src'],
    ['shows no image', "new Image().src = 'data:image/png;base64,AAAA'", 'img-src'],
    ['takes no markup', "document.body.innerHTML = '<p>'", 'require-trusted-types-for'],
    ['runs no text', "document.body.setAttribute('onclick', 'x')", 'require-trusted-types-for'],
    ['sends no form', 'document.body.appendChild(form).submit()', 'form-action'],
  ])('%s', async (_what, code, directive) => {
    const violated = await page.evaluate(`new Promise((resolve) => {
      document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective));
      const form = Object.assign(document.createElement('form'), { action: 'https://example.org/' });
      try { Promise.resolve(${code}).catch(() => null); } catch { /* the event says why */ }
    })`);
    expect(violated).toBe(directive);
  });

  it('is what keeps it from asking: without it the test would notice', async () => {
    const html = readFileSync(join(directory, 'verify.html'), 'utf8');
    const open = join(directory, 'open.html');
    writeFileSync(open, html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, ''));
    const unbound = await openOffline(browser, open);
    await unbound.page.evaluate("fetch('https://example.org/').catch(() => null)");
    expect(unbound.offences).toEqual(['https://example.org/']);
    await unbound.page.close();
  });
});

describe('the build of verify.html', () => {
  it('gives the same bytes each time, says their digest, and holds the notices of its packages', () => {
    const again = join(directory, 'again.html');
    const stdout = execFileSync(
      process.execPath,
      [resolve('scripts/build-verify-page.mjs'), again],
      { encoding: 'utf8', cwd: directory },
    );
    expect(readFileSync(again)).toEqual(readFileSync(join(directory, 'verify.html')));
    const digest = createHash('sha256').update(readFileSync(again)).digest('hex');
    expect(stdout).toBe(`${digest}  ${again}\n`);
    expect(readFileSync(again, 'utf8').match(/Copyright \(c\) \d+ Paul Miller/g)).toHaveLength(2);
  });
});

const one = (selector: string): Promise<ElementHandle> => elementOf(page, selector);
const give = (
  field: 'evidence' | 'trust' | 'headers' | 'files',
  ...files: readonly string[]
): Promise<void> => giveFiles(page, field, files);
const results = (count: number): Promise<unknown> => resultsOn(page, count);

function texts(selector: string): Promise<string[]> {
  const code = `[...document.querySelectorAll(${JSON.stringify(selector)})].map((e) => e.textContent)`;
  return page.evaluate(code) as Promise<string[]>;
}

async function speak(language: Language): Promise<void> {
  await (await one(`#language-${language}`)).click();
}

/** Whether the page let the browser do with the file what browsers do: leave the page for it. */
async function drop(selector: string, file: string): Promise<unknown> {
  const content = JSON.stringify(readFileSync(file, 'utf8'));
  return page.evaluate(`(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([${content}], 'dropped.evidence'));
    const event = new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true });
    return document.querySelector('${selector}').dispatchEvent(event);
  })()`);
}

/** Every sentence of the report that is seen without opening anything. */
async function shown(): Promise<string[]> {
  const all = await texts('.title, .verdict p:nth-child(2), h3, dt, dd, .mark, td p, article li');
  return [...all, ...(await texts('article section > pre'))].sort();
}

function sentencesOf({ title, means, parts, file }: ReportOutline): string[] {
  const sentences = parts.flatMap((part) => {
    switch (part.kind) {
      case 'rows':
        return [part.title, ...part.rows.flat()];
      case 'content':
        return [
          part.title,
          part.lines.map(({ indent, text }) => `${' '.repeat(indent)}${text}`).join('\n'),
        ];
      case 'checks':
        return [
          part.title,
          ...part.checks.flatMap(({ mark, what, detail, grounds }) => [
            mark,
            what,
            detail,
            ...grounds,
          ]),
        ];
      case 'items':
        return [part.title, ...part.items];
      case 'answer':
        return [
          part.title,
          ...part.rows.flat(),
          ...part.versions.flatMap(({ rows }) => rows.flat()),
          ...(part.more === null ? [] : [part.more]),
        ];
    }
  });
  return [title, means, ...file, ...sentences].sort();
}

function outlineOf(evidence: string, trust: readonly string[], language: Language): ReportOutline {
  const inputs = trust.map((label) => ({ label, bytes: new Uint8Array(readFileSync(label)) }));
  const report = verifyFiles(new Uint8Array(readFileSync(evidence)), inputs);
  return reportOutline(report, CATALOGUES[language]);
}

/** The example, made into something else. */
function fileOf(name: string, edit: (text: string) => string): string {
  const path = join(directory, name);
  writeFileSync(path, edit(readFileSync(EVIDENCE, 'utf8')));
  return path;
}
