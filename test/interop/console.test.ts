/** The console as its user has it: in a browser, of a node with records in it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import type { Browser, Page } from 'puppeteer-core';
import { verifyFiles } from '../../src/evidence/run-verify.js';
import { answer, append, createLedger, newKey } from '../api/support/ledger-client.js';
import { FakeClock } from '../support/fake-clock.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestService, type TestService } from '../support/test-service.js';
import { launchBrowser, openServed, type ServedPage } from './browser.js';

const SUBJECT = 'customer-4711';
const RESIDENCE = { type: 'tradle.Residence', subject: SUBJECT, key: 'residence' } as const;
const HOSTILE = '<img src=x onerror="document.title=1">';
const DAY = 24 * 60 * 60 * 1000;

let directory: string;
let node: TestService;
let browser: Browser;
let opened: ServedPage;
let page: Page;

beforeAll(async () => {
  directory = await temporaryDirectory();
  const clock = new FakeClock(Date.UTC(2026, 0, 10, 12));
  node = await openTestService(directory, { clock });
  await answer(
    node.request('/v1/tenants/default', { method: 'PUT', json: { timeZone: 'Europe/Vienna' } }),
  );
  await createLedger(node, 'kyc');
  const record = (json: object): Promise<unknown> => append(node, 'kyc', json);
  await record({
    ...RESIDENCE,
    validFrom: '2026-01-01T00:00:00.000Z',
    payload: { city: 'London', flat: '3B' },
  });
  clock.advance(150 * DAY);
  await record({
    ...RESIDENCE,
    validFrom: '2026-06-01T00:00:00.000Z',
    payload: { city: 'Lisbon', street: 'Rua Augusta' },
  });
  await answer(node.request('/v1/anchors', { method: 'POST' }));
  clock.advance(DAY);
  await record({
    type: 'test.Note',
    subject: SUBJECT,
    key: `${HOSTILE}\u202e`,
    payload: { note: `</pre><script>${HOSTILE}`, turned: 'right\u202eleft' },
  });
  // More than a page of the timeline has.
  for (let at = 0; at < 102; at++)
    await record({ type: 'test.Step', subject: 'customer-many', key: 'step', payload: { at } });
  clock.advance(DAY);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await node.service.close();
  await removeDirectory(directory);
});

beforeEach(async () => {
  opened = await openServed(browser, `${node.service.url}/console`);
  page = opened.page;
  await page.click('#language-en');
});
afterEach(async () => {
  expect(await opened.offences()).toEqual([]);
  await page.close();
});

describe('signing in to the console', () => {
  it('says of a wrong key what is wrong, and takes a right one', async () => {
    await enterKey('cg_000000000000_wrong');
    expect(await problem('.sign-in')).toMatch(
      /^ACCESS_KEY_UNKNOWN The node does not know this key\..*\(Request .+\)$/,
    );
    await enterKey('two words');
    expect(await problem('.sign-in')).toMatch(/^This cannot be a key/);
    await enterKey('');
    expect(await problem('.sign-in')).toMatch(/^ACCESS_KEY_MISSING /);
    await signIn();
    expect(await texts('#ledger option')).toEqual(['kyc']);
  });

  it('keeps the key in memory and nowhere else', async () => {
    await signIn();
    await show(SUBJECT);
    const kept = await page.evaluate(`JSON.stringify([
      ...[localStorage, sessionStorage].map((storage) =>
        // Not its entries, which leave out what is called as one of its methods is.
        Array.from({ length: storage.length }, (_, at) => storage.getItem(storage.key(at)))),
      document.cookie, location.href,
      history.state, document.documentElement.outerHTML,
      [...document.querySelectorAll('input')].map((field) => field.value), document.title,
    ])`);
    expect(kept).not.toContain(node.adminKey);
    expect(opened.asked.join()).not.toContain(node.adminKey);
    expect(await page.title()).toBe('Console – Chirograph');
    await page.reload();
    await page.waitForSelector('#key');
    expect(await page.$('#find')).toBeNull();
  });

  it('ends when the key is revoked, and when somebody signs out', async () => {
    const { id, key } = await answer<{ id: string; key: string }>(
      node.request('/v1/keys', { json: { role: 'reader' } }),
      201,
    );
    await signIn(key);
    await answer(node.request(`/v1/keys/${id}`, { method: 'DELETE' }));
    await page.type('#subject-name', SUBJECT);
    await page.click('#show');
    expect(await problem('.sign-in')).toMatch(/^ACCESS_KEY_REVOKED /);
    await signIn();
    await show(SUBJECT);
    await page.click('#sign-out');
    expect(await page.$('#subject')).toBeNull();
    expect(await page.$('#key')).not.toBeNull();
  });

  it('tells an inspector without an inspection what is needed', async () => {
    await signIn(await newKey(node, 'inspector'));
    await page.type('#subject-name', SUBJECT);
    await page.click('#show');
    expect(await problem('#state')).toMatch(
      /^INSPECTION_REQUIRED An inspector reads content only under an open inspection: choose one/,
    );
    expect(await problem('#timeline')).toMatch(/^INSPECTION_REQUIRED /);
  });

  it('offers what the node cannot do to nobody', async () => {
    await standInFor({ '/openapi.json': { paths: {} } });
    await signIn();
    expect(await page.$('#search, #inspection')).toBeNull();
  });
});

describe('a subject in the console', () => {
  beforeEach(async () => {
    await signIn();
    await show(SUBJECT);
  });

  it('shows what stands, by whom and since when, and how far its proof has come', async () => {
    expect(await values('residence')).toEqual({ '/city': 'Lisbon', '/street': 'Rua Augusta' });
    const residence = await textOf('#state article:first-of-type');
    expect(residence).toContain('2026-06-09 12:00:00.000 UTC (9 Jun 2026, 14:00:00 CEST)');
    expect(residence).toContain('from 2026-06-01 00:00:00.000 UTC');
    // An authority answers when it does.
    const marks = async (selector: string) =>
      (await texts(selector)).filter((mark) => !mark.endsWith('time-stamped'));
    expect(await marks('#state article:first-of-type .marks li')).toEqual([
      '✓ durable',
      '○ not yet witnessed',
      '✓ anchored (development chain: proves nothing to others)',
    ]);
    expect(await marks('#state article:last-of-type .marks li')).toEqual([
      '✓ durable',
      '○ not yet witnessed',
      '○ not yet anchored',
    ]);
    expect(await texts('#timeline ol > li > h3')).toHaveLength(3);
  });

  it('steps from change to change through recorded time, by keyboard, and asks once it rests', async () => {
    expect(await textOf('#recorded-shown')).toBe('now');
    const before = states().length;
    await page.focus('#recorded');
    for (let step = 0; step < 3; step++) await page.keyboard.press('ArrowLeft');
    expect(await textOf('#recorded-shown')).toBe('2026-01-10 12:00:00.000 UTC, entry 1');
    await readout('Tree size', '2');
    expect(await values('residence')).toEqual({ '/city': 'London', '/flat': '3B' });
    expect(states().slice(before)).toEqual([expect.stringContaining('asOf=2&')]);
    await page.keyboard.press('ArrowRight');
    await readout('Tree size', '3');
    expect(await values('residence')).toMatchObject({ '/city': 'Lisbon' });
    await page.keyboard.press('Home');
    await readout('Tree size', '1');
    expect(await textOf('#state-body')).toContain('At this point nothing stood.');
    await page.keyboard.press('End');
    await page.waitForSelector('#state article');
    expect(await textOf('#recorded-shown')).toBe('now');
  });

  it('steps through valid time: what held when, as it is known now', async () => {
    await page.focus('#valid');
    await page.keyboard.press('Home');
    await readout('Valid at', '2025-12-31 23:59:59.999 UTC');
    expect(await textOf('#state-body')).toContain('At this point nothing stood.');
    await page.keyboard.press('ArrowRight');
    await readout('Valid at', '2026-01-01 00:00:00.000 UTC');
    expect(await values('residence')).toEqual({ '/city': 'London', '/flat': '3B' });
    await page.keyboard.press('ArrowRight');
    await readout('Valid at', '2026-06-01 00:00:00.000 UTC');
    expect(await values('residence')).toMatchObject({ '/city': 'Lisbon' });
  });

  it('answers as of two dates, each the end of the day where the tenant is', async () => {
    await exactly('recorded', '2026-02-01');
    await readout('As of', '2026-02-01 22:59:59.999 UTC (1 Feb 2026, 23:59:59 CET)');
    expect(await values('residence')).toMatchObject({ '/city': 'London' });
    expect(await textOf('#recorded-shown')).toBe('2026-01-10 12:00:00.000 UTC, entry 1');
    await exactly('recorded', '2026-06-09');
    // With the map that the epoch of that day has made.
    await readout('Tree size', '4');
    expect(await values('residence')).toMatchObject({ '/city': 'Lisbon' });
    await exactly('valid', '2026-03-01');
    await readout('Valid at', '2026-03-01 22:59:59.999 UTC (1 Mar 2026, 23:59:59 CET)');
    expect(await values('residence')).toMatchObject({ '/city': 'London' });
  });

  it('says what to do about a time that is none, or is to come', async () => {
    await exactly('recorded', 'yesterday');
    expect(await problem('#state')).toMatch(/^TIME_MALFORMED This is no time: write an instant/);
    await exactly('recorded', '2027-01-01');
    expect(await problem('#state')).toMatch(/^LEDGER_SIZE_UNKNOWN .*asOf is in the future/);
  });

  it('compares two points, field by field', async () => {
    await exactly('recorded', '2');
    await readout('Tree size', '2');
    await press('#readout', 'Compare from here');
    await exactly('recorded', '3');
    await readout('Tree size', '3');
    await press('#readout', 'Compare up to here');
    await page.click('#compare');
    await page.waitForSelector('#diff article');
    expect(await texts('#diff tbody tr')).toEqual([
      'changed/cityLondonLisbon',
      'gone/flat3B–',
      'new/street–Rua Augusta',
    ]);
    await press('#timeline li[data-index="1"]', 'What it changed');
    await page.waitForFunction(`document.querySelector('#diff .badge')?.textContent === 'new'`);
    expect(await texts('#diff tbody tr')).toEqual(['new/city–London', 'new/flat–3B']);
  });

  it('shows the versions of a thing, and an entry as it came', async () => {
    await press('#state article', 'History');
    await page.waitForSelector('dialog article');
    expect(await texts('dialog article td')).toEqual(['Lisbon', 'Rua Augusta', 'London', '3B']);
    await page.keyboard.press('Escape');
    await page.waitForFunction(`document.querySelector('dialog') === null`);
    await press('#state article', 'JSON');
    const json = JSON.parse(await textOf('dialog pre')) as object;
    expect(json).toMatchObject({ index: 2, subject: SUBJECT, payload: { city: 'Lisbon' } });
  });

  it('says what the node says of completeness, and that it has verified none of it', async () => {
    await press('#proof', 'Ask for the proof');
    await page.waitForSelector('#proof dl');
    const said = await textOf('#proof-body');
    expect(said).toMatch(/^The node says: 3 entries below tree size \d+ carry the tag/);
    expect(said).toContain('The timeline of this page lists all of them.');
    expect(said).toContain('This page has verified nothing of it');
    await page.focus('#recorded');
    await page.keyboard.press('ArrowLeft');
    expect(await textOf('#proof-body')).toBe('');
  });

  it('gives the evidence of the whole answer, which verifies offline', async () => {
    const collection = await download('#take-files-collection', /\.collection$/);
    const trust = await download('#take-files-trust', /trust\.json$/);
    const report = verifyFiles(collection, [{ label: 'node', bytes: trust }]);
    expect(report.result).toBe('verified');
    const json = new TextDecoder().decode(collection);
    expect(JSON.parse(json)).toMatchObject({ questions: [{ question: { subject: SUBJECT } }] });
  });

  it('gives the records of the point, and all of the person', async () => {
    await exactly('recorded', '2');
    await readout('Tree size', '2');
    const lines = textFrom(await download('#take-files-ndjson', /kyc-2\.ndjson$/)).split('\n');
    expect(lines[0]).toContain('London');
    expect(lines[1]).toContain('"end":{"count":1');
    expect(textFrom(await download('#take-files-csv', /kyc-2\.csv$/))).toContain('London');
    const person = textFrom(await download('#take-files-person', /^subject-export-kyc\.json$/));
    expect(JSON.parse(person)).toMatchObject({ $v: 1, subject: SUBJECT });
    expect(await textOf('#status')).toMatch(/^Saved subject-export-kyc\.json: \d+ bytes\.SHA-256 /);
  });

  it('shows hostile texts as texts', async () => {
    expect(await texts('#state h3')).toContain(`test.Note · ${HOSTILE}\\u{202e}`);
    expect(Object.values(await values('note'))).toEqual([
      `</pre><script>${HOSTILE}`,
      'right\\u{202e}left',
    ]);
    await press('#state article:last-of-type', 'JSON');
    expect(await textOf('dialog pre')).toContain('right\\u{202e}left');
    expect(await page.$$('img, main script, dialog script')).toEqual([]);
    expect(await page.title()).toBe('Console – Chirograph');
  });

  it('speaks German, and asks nothing again for it', async () => {
    const before = opened.asked.length;
    await page.click('#language-de');
    expect(await page.evaluate('document.documentElement.lang')).toBe('de');
    expect(await texts('#subject h2')).toEqual([
      `Betroffener: ${SUBJECT}`,
      'Zwei Zeiten',
      'Was galt',
      'Ist das alles?',
      'Zeitlicher Verlauf',
      'Vergleich',
      'Dateien zum Mitnehmen',
    ]);
    expect(await textOf('#state article')).toContain('09.06.2026, 14:00:00 MESZ');
    expect(opened.asked.slice(before)).toEqual([]);
    await exactly('recorded', 'gestern');
    expect(await problem('#state')).toMatch(/^TIME_MALFORMED Das ist keine Zeit/);
  });

  it('is read in a narrow window without scrolling sideways', async () => {
    await page.setViewport({ width: 320, height: 640 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
  });

  it('has a name for every field and button', async () => {
    const unnamed = await page.evaluate(`[...document.querySelectorAll('input, select, button')]
      .filter((one) => one.labels?.length !== 1 && one.textContent.trim() === '' )
      .map((one) => one.outerHTML)`);
    expect(unnamed).toEqual([]);
  });

  it('says of a person of whom nothing is recorded that nothing is', async () => {
    await show('customer-4712', '#timeline-body p');
    expect(await textOf('#timeline-body')).toMatch(/^Nothing is recorded of this identifier\./);
    await press('#proof', 'Ask for the proof');
    expect(await problem('#proof')).toMatch(/^QUERY_SUBJECT_UNKNOWN Nothing is recorded/);
  });
});

describe('a long timeline in the console', () => {
  it('is loaded a page at a time, and the slider reaches as far', async () => {
    await signIn();
    await show('customer-many');
    expect(await page.$$('#timeline ol > li')).toHaveLength(100);
    expect(await textOf('#readout')).toContain('The slider reaches back as far');
    expect(await page.evaluate(`document.getElementById('recorded').max`)).toBe('101');
    await page.click('#timeline-more');
    await page.waitForFunction(`document.querySelectorAll('#timeline ol > li').length === 102`);
    expect(await page.evaluate(`document.getElementById('recorded').max`)).toBe('103');
    expect(await page.$('#timeline-more')).toBeNull();
    expect(await page.evaluate(`document.activeElement.parentElement.dataset.index`)).toBe('6');
  });
});

describe('a node with search and inspections', () => {
  const findable = [
    { as: 'name', pointer: '/name' },
    { as: 'documentNumber', pointer: '/passport' },
  ];
  let inspector: string;
  let inspection: string;

  beforeAll(async () => {
    const schema = { format: 'json-schema', schema: { type: 'object' }, findable };
    const path = '/v1/ledgers/kyc/schemas/test.Person';
    await answer(node.request(path, { method: 'PUT', json: schema }), 201);
    const person = { type: 'test.Person', key: 'person' };
    const payload = { name: 'Ana Müller', passport: 'X-123 456' };
    await append(node, 'kyc', { ...person, subject: SUBJECT, payload });
    await append(node, 'kyc', {
      ...person,
      subject: 'customer-double',
      payload: { ...payload, name: 'A. Mueller' },
    });
    inspector = await newKey(node, 'inspector');
    const json = {
      ...{ ledger: 'kyc', caseId: 'case-7', authority: 'FMA', legalBasis: '§ 1' },
      scope: { subjects: [SUBJECT], types: ['tradle.Residence'] },
      // The node's clock stands still.
      expiresAt: '2026-07-01T00:00:00.000Z',
    };
    const opened = node.request('/v1/inspections', { json, key: inspector });
    inspection = (await answer<{ id: string }>(opened, 201)).id;
  });

  it('is searched by a field, and says who may be a double', async () => {
    await signIn();
    await page.waitForSelector('#search');
    await page.type('#search-field', 'documentNumber');
    await page.type('#search-value', 'x123456');
    await press('#search', 'Search');
    await page.waitForSelector('.found button');
    expect(await texts('.found button')).toHaveLength(2);
    expect((await texts('.found p')).join()).toContain('Possible double of customer-double');
    await press('.found', SUBJECT);
    await page.waitForSelector('#state article');
    expect(await texts('#state h3')).toContain('test.Person · person');
    const person = await download('#take-files-personPdf', /^subject-export-kyc\.pdf$/);
    expect(textFrom(person).startsWith('%PDF-')).toBe(true);
  });

  it('is read under the inspection that is chosen, whose package verifies offline', async () => {
    await signIn(inspector);
    await page.click('#list-inspections');
    await page.waitForSelector('#choose-inspection');
    expect(await texts('#choose-inspection option')).toEqual([
      'Without an inspection',
      'case-7, FMA',
    ]);
    await page.select('#choose-inspection', inspection);
    await show(SUBJECT);
    expect(await texts('#state h3')).toEqual(['tradle.Residence · residence']);
    expect(await texts('#subject > .notice')).toEqual(['Read under the inspection case-7 of FMA.']);
    const collection = await download('#take-files-package', /\.collection$/);
    const trust = await download('#take-files-trust', /trust\.json$/);
    const report = verifyFiles(collection, [{ label: 'node', bytes: trust }]);
    expect(report.result).not.toBe('failed');
    expect(report).toMatchObject({ inspection: { id: inspection, caseId: 'case-7' } });
    const pdf = await download('#take-files-packagePdf', /\.pdf$/);
    expect(textFrom(pdf).startsWith('%PDF-')).toBe(true);
  });

  it('says what is out of scope', async () => {
    await signIn(inspector);
    await page.click('#list-inspections');
    await page.waitForSelector('#choose-inspection');
    await page.select('#choose-inspection', inspection);
    await show('customer-many', '#state .problem');
    expect(await problem('#state')).toMatch(/^INSPECTION_OUT_OF_SCOPE /);
  });
});

describe('the policy of the console', () => {
  it.each([
    ['fetches nothing from elsewhere', "fetch('https://example.org/')", 'connect-src'],
    ['shows no image', "new Image().src = 'https://example.org/x.png'", 'img-src'],
    ['takes no markup', "document.body.innerHTML = '<p>'", 'require-trusted-types-for'],
    ['runs no text', "document.body.setAttribute('onclick', 'x')", 'require-trusted-types-for'],
    ['sends no form', 'document.body.appendChild(form).submit()', 'form-action'],
  ])('%s', async (_what, code, directive) => {
    const other = await openServed(browser, `${node.service.url}/console`);
    const violated = await other.page.evaluate(`new Promise((resolve) => {
      document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective));
      const form = Object.assign(document.createElement('form'), { action: 'https://example.org/' });
      try { Promise.resolve(${code}).catch(() => null); } catch { /* the event says why */ }
    })`);
    expect(violated).toBe(directive);
    await other.page.close();
  });
});

jest.setTimeout(120_000);

/** Last, because it adds to the log. */
describe('signatures in the console', () => {
  beforeEach(async () => {
    await signIn();
    await show(SUBJECT);
  });

  it('shows the signatures of an entry, with their levels, and that there are none', async () => {
    await press('#state article', 'Signatures');
    await page.waitForFunction(
      `document.querySelector('#signatures p')?.textContent === 'Nobody has signed it.'`,
    );
    await page.keyboard.press('Escape');
    await page.waitForFunction(`document.querySelector('dialog') === null`);
    // Of somebody of their own, who is in nobody else's timeline.
    const { id, index } = await append(node, 'kyc', {
      ...{ ...RESIDENCE, subject: 'customer-signed' },
      payload: { city: 'Vienna' },
    });
    const sealed = { json: { signer: 'seal' } };
    await answer(node.request(`/v1/ledgers/kyc/records/${id}/signatures`, sealed), 201);
    await show('customer-signed', `#state article[data-index="${index}"]`);
    await press('#state article', 'Signatures');
    await page.waitForSelector('#signatures article');
    const said = await textOf('#signatures article');
    expect(said).toMatch(/^Signature 1Signed by.+Level reachedB-BVerdictTOTAL-PASSED/);
  });
});

/** Answers for these paths alone; all other requests go to the node. */
async function standInFor(answers: Readonly<Record<string, object>>): Promise<void> {
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    const found = answers[new URL(request.url()).pathname];
    const body = JSON.stringify(found);
    void (found === undefined
      ? request.continue()
      : request.respond({ status: 200, contentType: 'application/json', body }));
  });
}

async function enterKey(key: string): Promise<void> {
  await page.waitForSelector('#sign-in:not(:disabled)');
  await page.evaluate(`document.getElementById('key').value = ''`);
  await page.evaluate(`document.querySelectorAll('.problem').forEach((one) => one.remove())`);
  if (key !== '') await page.type('#key', key);
  await page.click('#sign-in');
}

async function signIn(key = node.adminKey): Promise<void> {
  await enterKey(key);
  await page.waitForSelector('#find');
}

async function show(subject: string, until = '#state article'): Promise<void> {
  await page.evaluate(`(() => {
    const field = document.getElementById('subject-name');
    field.value = '';
    field.focus();
  })()`);
  await page.keyboard.type(subject);
  await page.click('#show');
  await page.waitForSelector(until);
  await page.waitForSelector('#timeline-body > *:not(.quiet)');
}

/** What is typed in the place of a step. */
async function exactly(slider: 'recorded' | 'valid', text: string): Promise<void> {
  await page.evaluate(`document.getElementById('${slider}-exact').value = ''`);
  await page.evaluate(`document.querySelectorAll('.problem').forEach((one) => one.remove())`);
  await page.type(`#${slider}-exact`, text);
  await page.keyboard.press('Enter');
}

/** Waits until the point that is shown has that. */
async function readout(label: string, value: string): Promise<void> {
  await page.waitForFunction(
    `[...document.querySelectorAll('#readout dt')].some((term) =>
      term.textContent === ${JSON.stringify(label)} &&
      term.nextElementSibling.textContent.startsWith(${JSON.stringify(value)})) &&
     document.querySelector('#state [aria-busy]') === null`,
  );
}

async function problem(within: string): Promise<string> {
  await page.waitForSelector(`${within} .problem`);
  return textOf(`${within} .problem`);
}

/** The first button with that name. */
async function press(within: string, name: string): Promise<void> {
  await page.evaluate(`[...document.querySelectorAll(${JSON.stringify(`${within} button`)})]
    .find((one) => one.textContent === ${JSON.stringify(name)}).click()`);
}

/** Field by field, of the thing with that in its name. */
async function values(thing: string): Promise<Record<string, string>> {
  return (await page.evaluate(`Object.fromEntries(
    [...[...document.querySelectorAll('#state article')]
      .find((one) => one.querySelector('h3').textContent.toLowerCase().includes('${thing}'))
      .querySelectorAll('tbody tr')]
      .map((row) => [row.cells[0].textContent, row.cells[1].textContent]))`)) as Record<
    string,
    string
  >;
}

function texts(selector: string): Promise<string[]> {
  const code = `[...document.querySelectorAll(${JSON.stringify(selector)})].map((e) => e.textContent)`;
  return page.evaluate(code) as Promise<string[]>;
}

async function textOf(selector: string): Promise<string> {
  return (await texts(selector))[0] ?? '';
}

/** Questions for what stood. */
function states(): string[] {
  return opened.asked.filter((path) => /\/subjects\/[^/]+\?/.test(path));
}

/** Presses the button, and takes what the browser saved. */
async function download(selector: string, name: RegExp): Promise<Uint8Array> {
  const session = await browser.target().createCDPSession();
  await session.send('Browser.setDownloadBehavior', {
    behavior: 'allow',
    downloadPath: directory,
    eventsEnabled: true,
  });
  const saved = new Promise<string>((resolve) => {
    let suggested = '';
    session.on('Browser.downloadWillBegin', ({ suggestedFilename }) => {
      suggested = suggestedFilename;
    });
    session.on('Browser.downloadProgress', ({ state }) => {
      if (state === 'completed') resolve(suggested);
    });
  });
  await page.click(selector);
  const file = await saved;
  await session.detach();
  expect(file).toMatch(name);
  return new Uint8Array(readFileSync(join(directory, file)));
}

function textFrom(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
