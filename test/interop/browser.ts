/** A real browser without a network, and what it asked for all the same. */
import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import puppeteer, { type Browser, type ElementHandle, type Page } from 'puppeteer-core';

/** Debian's `chromium`; a missing one is a failure, not a skip. */
export function launchBrowser(): Promise<Browser> {
  const executablePath = execFileSync('sh', ['-c', 'command -v chromium'], {
    encoding: 'utf8',
  }).trim();
  // Chromium's sandbox does not run as root, as which containers run.
  const isRoot = process.getuid?.() === 0;
  return puppeteer.launch({ executablePath, args: isRoot ? ['--no-sandbox'] : [] });
}

export interface OfflinePage {
  readonly page: Page;
  /** Addresses other than of files, and errors of the page's scripts. */
  readonly offences: readonly string[];
}

export async function openOffline(browser: Browser, file: string): Promise<OfflinePage> {
  const page = await browser.newPage();
  const offences: string[] = [];
  page.on('request', (request) => {
    if (!/^(?:file|data|blob):/.test(request.url())) offences.push(request.url());
  });
  page.on('pageerror', (error) => offences.push(String(error)));
  await page.setOfflineMode(true);
  await page.goto(pathToFileURL(file).href);
  return { page, offences };
}

export interface ServedPage {
  readonly page: Page;
  /** Requests to anywhere but the node, errors of the page's scripts, and what its policy had to stop. */
  readonly offences: () => Promise<readonly string[]>;
  /** Paths that were asked for, with their queries. */
  readonly asked: readonly string[];
}

/** @param address of a page that a node serves. */
export async function openServed(browser: Browser, address: string): Promise<ServedPage> {
  const page = await browser.newPage();
  const { origin } = new URL(address);
  const offences: string[] = [];
  const asked: string[] = [];
  page.on('request', (request) => {
    const url = request.url();
    if (url.startsWith(`${origin}/`)) asked.push(url.slice(origin.length));
    else if (!url.startsWith(`blob:${origin}/`)) offences.push(url);
  });
  page.on('pageerror', (error) => offences.push(String(error)));
  await page.evaluateOnNewDocument(`
    globalThis.violations = [];
    document.addEventListener('securitypolicyviolation', (event) =>
      globalThis.violations.push(event.effectiveDirective + ' ' + event.blockedURI));`);
  await page.goto(address);
  return {
    page,
    asked,
    offences: async () => [
      ...offences,
      ...((await page.evaluate('globalThis.violations')) as string[]),
    ],
  };
}

/** Chooses files in a field of the verifier's page. */
export async function giveFiles(
  page: Page,
  field: 'evidence' | 'trust' | 'headers' | 'files',
  files: readonly string[],
): Promise<void> {
  const input = await elementOf(page, `#${field}`);
  await (input as unknown as { uploadFile(...paths: string[]): Promise<void> }).uploadFile(
    ...files,
  );
}

/** What the page says of all files, once there are as many reports as that. */
export async function resultsOn(page: Page, count: number): Promise<unknown> {
  await page.waitForFunction(`document.querySelectorAll('#reports > article').length === ${count}`);
  return page.evaluate(
    `[...document.querySelectorAll('#reports > article')].map((a) => a.dataset.result)`,
  );
}

export async function elementOf(page: Page, selector: string): Promise<ElementHandle> {
  const found = await page.$(selector);
  if (found === null) throw new Error(`the page has no ${selector}`);
  return found;
}
