/**
 * `verify.html`: the evidence verifier as one page that works from a stick. It runs `verifyFiles`, as
 * `verify.mjs` does, and shows what that says; there is no rule of verification in this folder.
 */
import { sha256Hex } from '../../src/base/hash.js';
import { visible } from '../../src/base/visible-text.js';
import type { Language } from '../../src/evidence/languages.js';
import { MAX_TRUST_BYTES } from '../../src/evidence/trust.js';
import { button, element } from '../shared/elements.js';
import { browserLanguage, languageSwitch } from '../shared/language-switch.js';
import { fileList, fileZone, keepDroppedFilesOut, type ZoneId } from './file-zone.js';
import { type Judgement, judge } from './judge.js';
import { PAGE_TEXTS, type PageTexts } from './page-texts.js';
import { reportView, verdictView } from './report-view.js';

/** Put in by the build. */
declare const CHIROGRAPH_VERSION: string;

/** More than a person drops at a time; the others are left out. */
const MAX_FILES = 100;
/** In the order in which they are shown. */
const ZONES: readonly ZoneId[] = ['evidence', 'trust', 'headers', 'files'];

class Page {
  #language: Language = browserLanguage();
  readonly #files: Record<ZoneId, readonly File[]> = {
    ...{ evidence: [], trust: [], headers: [], files: [] },
  };
  readonly #digests = new Map<File, string>();
  #judgements = new Map<File, Judgement>();
  /** Counts the verifications: one that was overtaken shows nothing. */
  #run = 0;

  open(): void {
    keepDroppedFilesOut();
    this.#show();
  }

  get #texts(): PageTexts {
    return PAGE_TEXTS[this.#language];
  }

  #show(): void {
    const texts = this.#texts;
    document.documentElement.lang = this.#language;
    document.title = `${texts.title} – Chirograph`;
    for (const shown of document.querySelectorAll('body > header, main, footer')) shown.remove();
    document.body.append(
      element(
        'header',
        {},
        element(
          'div',
          {},
          element('h1', {}, texts.title),
          element('p', { class: 'version' }, `${texts.version} ${CHIROGRAPH_VERSION}`),
        ),
        languageSwitch({
          label: texts.language,
          chosen: this.#language,
          choose: (language) => {
            this.#language = language;
            this.#show();
          },
        }),
      ),
      element(
        'main',
        {},
        element('p', { class: 'intro' }, texts.intro),
        element('div', { class: 'zones' }, ...ZONES.map((id) => this.#zone(id))),
        element(
          'div',
          { class: 'bar' },
          element('p', { role: 'status', id: 'status' }),
          button(texts.print, () => {
            window.print();
          }),
        ),
        element('div', { id: 'reports' }),
      ),
      element(
        'footer',
        {},
        ...texts.about.map(({ title, paragraphs }) =>
          element(
            'section',
            {},
            element('h2', {}, title),
            ...paragraphs.map((paragraph) => element('p', {}, paragraph)),
          ),
        ),
      ),
    );
    this.#showFiles();
    this.#showReports();
  }

  #zone(id: ZoneId): HTMLElement {
    return fileZone({
      id,
      texts: this.#texts[id],
      add: (files) => {
        this.#change(id, [...this.#files[id], ...files].slice(0, MAX_FILES));
      },
    });
  }

  #change(id: ZoneId, files: readonly File[]): void {
    this.#files[id] = files;
    void this.#verifyAll();
  }

  /** Each file is read when its turn comes, so that the memory holds one at a time. */
  async #verifyAll(): Promise<void> {
    const run = ++this.#run;
    const { evidence, ...roots } = this.#files;
    this.#judgements = new Map();
    this.#showFiles();
    this.#showReports();
    await this.#digest([...roots.trust, ...roots.headers]);
    for (const file of evidence) {
      const judgement = await judge(file, roots);
      if (run !== this.#run) return;
      this.#judgements.set(file, judgement);
      this.#showReports();
    }
    if (run === this.#run) this.#showFiles();
  }

  /** Of what is trusted; that of the evidence is in its report. What cannot be read, `judge` says. */
  async #digest(files: readonly File[]): Promise<void> {
    for (const file of files) {
      if (this.#digests.has(file) || file.size > MAX_TRUST_BYTES) continue;
      const bytes = await file.arrayBuffer().catch(() => null);
      if (bytes !== null) this.#digests.set(file, sha256Hex(new Uint8Array(bytes)));
    }
    this.#showFiles();
  }

  #showFiles(): void {
    for (const id of ZONES) {
      const files = this.#files[id];
      const remove = (removed: File): void => {
        this.#change(
          id,
          this.#files[id].filter((file) => file !== removed),
        );
        document.getElementById(id)?.focus();
      };
      document
        .getElementById(`${id}-files`)
        ?.replaceChildren(...fileList(files, this.#digests, this.#texts, remove));
    }
  }

  #showReports(): void {
    const texts = this.#texts;
    const { evidence } = this.#files;
    const isDone = evidence.every((file) => this.#judgements.has(file));
    document
      .getElementById('reports')
      ?.replaceChildren(
        ...[...this.#judgements].map(([file, judgement]) => this.#article(file, judgement)),
      );
    const state = evidence.length === 0 ? texts.none : isDone ? this.#spoken() : texts.working;
    document.getElementById('status')?.replaceChildren(state);
  }

  /** For who hears the page: the results, one after the other. */
  #spoken(): string {
    return [...document.querySelectorAll('#reports > article')]
      .map((article) => {
        const name = article.querySelector('h2 .name')?.textContent ?? '';
        return `${name}: ${article.querySelector('.title')?.textContent ?? ''}`;
      })
      .join('. ');
  }

  #article(file: File, judgement: Judgement): Node {
    const texts = this.#texts;
    const result = judgement.kind === 'report' ? judgement.report.result : judgement.kind;
    const content =
      judgement.kind === 'report'
        ? reportView(judgement.report, this.#language, texts)
        : [
            verdictView('unusable', texts.unusable, [texts.problems[judgement.problem]]),
            element('p', {}, `${texts.reason}: `, element('q', {}, visible(judgement.reason))),
          ];
    return element(
      'article',
      { 'data-result': result },
      element(
        'h2',
        {},
        `${texts.reports}: `,
        element('span', { class: 'name' }, visible(file.name)),
      ),
      ...content,
    );
  }
}

new Page().open();
