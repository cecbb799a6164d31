/** All about one subject: the parts of the screen, and what one of them means for the others. */
import { visible } from '../../src/base/visible-text.js';
import { button, element } from '../shared/elements.js';
import type { Entry, Inspection, Mention, StateAnswer, TimelineAnswer } from './answers.js';
import { browserTimers } from './browser-timers.js';
import type { Surroundings } from './context.js';
import { closeDialogs, openHistory, openJson } from './dialogs.js';
import { DiffPanel } from './diff-panel.js';
import type { Downloads } from './downloads.js';
import type { EntryActions } from './entry-view.js';
import { filesPanel } from './files-panel.js';
import { entryEvidence } from './files.js';
import { Settling } from './latest.js';
import type { NodeApi } from './node-api.js';
import { ProofPanel } from './proof-panel.js';
import type { Point, Subject } from './question.js';
import { openSignatures } from './signatures-dialog.js';
import { StatePanel } from './state-panel.js';
import { TimelinePanel } from './timeline-panel.js';
import { TimesPanel } from './times-panel.js';

export interface SubjectScreenParts extends Surroundings {
  readonly api: NodeApi;
  readonly subject: Subject;
  readonly downloads: Downloads;
  readonly inspection: () => Inspection | null;
}

/** For a slider to come to rest: each reading is put on record, so none is made in passing. */
const SETTLING_MILLIS = 250;

export class SubjectScreen {
  readonly #parts: SubjectScreenParts;
  readonly #times: TimesPanel;
  readonly #state: StatePanel;
  readonly #proof: ProofPanel;
  readonly #timeline: TimelinePanel;
  readonly #diff: DiffPanel;
  #shown: Point = { asOf: null, validAt: null };

  constructor(parts: SubjectScreenParts) {
    this.#parts = parts;
    const { context, problemOf, api, subject } = parts;
    const surroundings = { context, problemOf, api, subject };
    const actions = this.#actions();
    this.#times = new TimesPanel({
      context,
      until: subject.until,
      onPoint: (point, isSettled) => {
        this.#ask(point, isSettled);
      },
      onCompare: (side, point) => {
        this.#diff.take(side, point);
      },
    });
    this.#state = new StatePanel({
      ...surroundings,
      actions,
      settling: new Settling(SETTLING_MILLIS, browserTimers),
      onAnswer: (asked, answer) => {
        this.#answered(asked, answer);
      },
    });
    this.#proof = new ProofPanel({
      ...surroundings,
      point: () => this.#shown,
      listed: () => this.#timeline.items,
    });
    this.#timeline = new TimelinePanel({
      ...surroundings,
      actions,
      onTimeline: (timeline) => {
        this.#timelineLoaded(timeline);
      },
      onHere: (size) => {
        this.#ask({ asOf: String(size), validAt: this.#shown.validAt }, true);
        document.getElementById('recorded')?.focus();
      },
      onChanged: ({ index }) => {
        const { validAt } = this.#shown;
        this.#diff.compare({ asOf: String(index), validAt }, { asOf: String(index + 1), validAt });
      },
    });
    this.#diff = new DiffPanel(surroundings);
  }

  /** Made anew, in the language of now; nothing is asked again. */
  render(): HTMLElement {
    const { context, subject, inspection } = this.#parts;
    const { say } = context();
    const open = inspection();
    return element(
      'div',
      { id: 'subject' },
      element(
        'div',
        { class: 'bar' },
        element(
          'div',
          {},
          element(
            'h2',
            { id: 'subject-title', tabindex: '-1' },
            element('span', { class: 'spoken' }, `${say('subject.title')}: `),
            element('span', { class: 'name' }, visible(subject.subject)),
          ),
          element(
            'p',
            { class: 'quiet' },
            say('subject.where', { ledger: subject.ledger }),
            ...(subject.origin === null ? [] : [`, ${visible(subject.origin)}`]),
          ),
        ),
        element(
          'p',
          { class: 'actions' },
          button(say('subject.again'), () => {
            this.load();
          }),
          button(say('page.print'), () => {
            window.print();
          }),
        ),
      ),
      ...(open === null
        ? []
        : [
            element(
              'p',
              { class: 'notice' },
              say('inspection.reading', { caseId: open.caseId, authority: open.authority }),
            ),
          ]),
      this.#times.render(),
      this.#state.render(),
      this.#proof.render(),
      this.#timeline.render(),
      this.#diff.render(),
      filesPanel({ ...this.#parts, point: () => this.#shown }),
    );
  }

  load(): void {
    this.#ask({ asOf: null, validAt: null }, true);
    this.#timeline.load();
  }

  /** Ends whatever is on its way. */
  stop(): void {
    for (const panel of [this.#state, this.#proof, this.#timeline, this.#diff]) panel.stop();
  }

  #ask(point: Point, isSettled: boolean): void {
    this.#proof.forget();
    this.#state.ask(point, isSettled);
  }

  #answered(asked: Point, { asOf, validAt }: StateAnswer): void {
    // The exact point, so that whatever is taken from here on is of the same state.
    this.#shown = { asOf: String(asOf.size), validAt };
    this.#times.setShown({ asked, asOf, validAt });
  }

  #timelineLoaded({ items, cursor }: TimelineAnswer): void {
    this.#times.setTimeline(items, cursor === null);
    this.#proof.show();
  }

  #actions(): EntryActions {
    const { context, api, subject, downloads, problemOf } = this.#parts;
    const actions: EntryActions = {
      json: (item: Entry | Mention) => {
        openJson(item, context());
      },
      history: (entry: Entry) => {
        openHistory(entry, { context, problemOf, api, ledger: subject.ledger, actions });
      },
      signatures: (entry: Entry) => {
        openSignatures(entry, { context, problemOf, api, ledger: subject.ledger });
      },
      evidence: ({ id, index }: Entry) => {
        // Behind a dialog nobody would see how far it is.
        closeDialogs();
        const what = `${context().say('entry.evidence')} ${index}`;
        downloads.take(entryEvidence(subject.ledger, id), what);
      },
    };
    return actions;
  }
}
