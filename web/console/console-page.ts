/** The frame: who is signed in, in which language, and what is shown of whom. */
import type { Language } from '../../src/evidence/languages.js';
import { button, element } from '../shared/elements.js';
import { browserLanguage, languageSwitch } from '../shared/language-switch.js';
import { ApiClient } from './api-client.js';
import { browserTimers, sleep } from './browser-timers.js';
import type { Context } from './context.js';
import { closeDialogs } from './dialogs.js';
import { Downloads } from './downloads.js';
import { FindPanel } from './find-panel.js';
import { IdleWatch } from './idle-watch.js';
import { Latest } from './latest.js';
import { type Problem, problemOfError } from './problem.js';
import type { Subject } from './question.js';
import { sayIn } from './say.js';
import { signIn, type SignedIn } from './session.js';
import { signInView } from './sign-in-view.js';
import { StatusBar } from './status-bar.js';
import { SubjectScreen } from './subject-screen.js';

interface Session extends SignedIn {
  readonly find: FindPanel;
  readonly downloads: Downloads;
}

export class ConsolePage {
  readonly #version: string;
  readonly #status = new StatusBar();
  readonly #latest = new Latest();
  readonly #idle = new IdleWatch(browserTimers, () => {
    this.#signOut(null, this.#context().say('page.idle'));
  });
  #language: Language = browserLanguage();
  #session: Session | null = null;
  #screen: SubjectScreen | null = null;
  #problem: Problem | null = null;
  #notice: string | null = null;

  constructor(version: string) {
    this.#version = version;
  }

  open(): void {
    // A page that the browser kept to show it again must not show it to the next one.
    window.addEventListener('pageshow', ({ persisted }) => {
      if (persisted) this.#signOut(null, null);
    });
    document.body.append(this.#status.element);
    this.#show();
    document.getElementById('key')?.focus();
  }

  #context(): Context {
    return {
      say: sayIn(this.#language),
      language: this.#language,
      zone: this.#session?.find.ledger?.timeZone ?? null,
      chain: this.#session?.chain ?? null,
    };
  }

  #signIn(key: string): void {
    const client = new ApiClient({
      fetch: (...asked) => fetch(...asked),
      sleep,
      key,
      onWait: (seconds) => {
        const { say } = this.#context();
        this.#status.show(element('p', {}, say('page.waiting', { seconds })));
      },
    });
    this.#latest.ask((signal) => signIn(client, signal), {
      answered: (signedIn) => {
        this.#begin(signedIn);
      },
      failed: (error) => {
        this.#status.clear();
        this.#problem = problemOfError(error);
        this.#notice = null;
        this.#show();
        document.getElementById('key')?.focus();
      },
    });
    this.#show();
  }

  #begin(signedIn: SignedIn): void {
    const { api, features, ledgers } = signedIn;
    const surroundings = {
      context: () => this.#context(),
      problemOf: (error: unknown) => this.#problemOf(error),
    };
    const find = new FindPanel({
      ...surroundings,
      api,
      features,
      ledgers,
      onSubject: (subject) => {
        this.#showSubject(subject);
      },
      onChange: () => {
        this.#closeSubject();
      },
    });
    const downloads = new Downloads({ ...surroundings, api, status: this.#status });
    this.#session = { ...signedIn, find, downloads };
    this.#problem = null;
    this.#notice = null;
    this.#status.clear();
    this.#idle.start();
    this.#show();
    document.getElementById('subject-name')?.focus();
  }

  /** The key goes with the client that has it. */
  #signOut(problem: Problem | null, notice: string | null): void {
    this.#idle.stop();
    this.#latest.stop();
    this.#screen?.stop();
    this.#session?.find.stop();
    this.#session?.downloads.stop();
    this.#screen = null;
    this.#session = null;
    this.#problem = problem;
    this.#notice = notice;
    this.#status.clear();
    closeDialogs();
    this.#show();
    document.getElementById('key')?.focus();
  }

  #problemOf(error: unknown): Problem {
    const problem = problemOfError(error);
    this.#status.clear();
    // A key that is not taken any more: the session has ended.
    if (problem.status === 401)
      queueMicrotask(() => {
        this.#signOut(problem, null);
      });
    return problem;
  }

  #showSubject(subject: Subject): void {
    const session = this.#session;
    if (session === null) return;
    this.#screen?.stop();
    this.#screen = new SubjectScreen({
      context: () => this.#context(),
      problemOf: (error) => this.#problemOf(error),
      api: session.api,
      subject,
      downloads: session.downloads,
      inspection: () => session.find.inspection,
    });
    this.#showScreen();
    this.#screen.load();
    document.getElementById('subject-title')?.focus();
  }

  #closeSubject(): void {
    this.#screen?.stop();
    this.#screen = null;
    this.#showScreen();
  }

  #show(): void {
    const context = this.#context();
    const { say } = context;
    document.documentElement.lang = this.#language;
    // Nobody's name: titles stay in the browser's history.
    document.title = `${say('page.title')} – Chirograph`;
    for (const shown of document.querySelectorAll('body > header, body > main')) shown.remove();
    this.#status.element.before(
      element(
        'header',
        {},
        element(
          'div',
          {},
          element('h1', {}, say('page.title')),
          element('p', { class: 'version' }, say('page.version', { version: this.#version })),
        ),
        element(
          'div',
          { class: 'actions' },
          languageSwitch({
            label: say('page.language'),
            chosen: this.#language,
            choose: (language) => {
              this.#language = language;
              this.#show();
            },
          }),
          ...(this.#session === null
            ? []
            : [
                button(
                  say('page.signOut'),
                  () => {
                    this.#signOut(null, null);
                  },
                  { id: 'sign-out' },
                ),
              ]),
        ),
      ),
      element(
        'main',
        {},
        ...(this.#session === null
          ? [
              signInView({
                context,
                problem: this.#problem,
                notice: this.#notice,
                isAsking: this.#latest.isRunning,
                onKey: (key) => {
                  this.#signIn(key);
                },
              }),
            ]
          : [this.#session.find.render(), element('div', { id: 'screen' })]),
      ),
    );
    this.#showScreen();
  }

  #showScreen(): void {
    const screen = this.#screen === null ? [] : [this.#screen.render()];
    document.getElementById('screen')?.replaceChildren(...screen);
  }
}
