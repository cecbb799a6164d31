/** What can be taken away of the point that is shown. */
import { button, element } from '../shared/elements.js';
import type { Inspection } from './answers.js';
import type { Surroundings } from './context.js';
import type { Downloads } from './downloads.js';
import {
  collectionFile,
  exportFile,
  type FileToTake,
  handOverPackage,
  personExport,
  trustFile,
} from './files.js';
import type { MessageCode } from './messages-en.js';
import type { Point, Subject } from './question.js';

export interface FilesPanelParts extends Surroundings {
  readonly subject: Subject;
  readonly downloads: Downloads;
  readonly point: () => Point;
  readonly inspection: () => Inspection | null;
}

export function filesPanel(parts: FilesPanelParts): HTMLElement {
  const { context, subject, downloads, point, inspection } = parts;
  const { say } = context();
  const file = (
    code: MessageCode,
    explanation: MessageCode | null,
    wanted: () => FileToTake,
  ): HTMLElement =>
    element(
      'li',
      {},
      button(
        say(code),
        () => {
          downloads.take(wanted(), context().say(code));
        },
        { id: `take-${code.replace('.', '-')}` },
      ),
      ...(explanation === null ? [] : [element('p', { class: 'quiet' }, say(explanation))]),
    );
  const open = inspection();
  const packages =
    open === null
      ? []
      : ([
          ['files.package', 'json'],
          ['files.packagePdf', 'pdf'],
        ] as const);
  return element(
    'section',
    { id: 'files', 'aria-labelledby': 'files-title' },
    element('h2', { id: 'files-title' }, say('files.title')),
    element('p', { class: 'quiet explain' }, say('files.point')),
    element(
      'ul',
      { class: 'files' },
      file('files.collection', 'files.collectionExplain', () => collectionFile(subject, point())),
      file('files.trust', 'files.trustExplain', trustFile),
      file('files.ndjson', null, () => exportFile(subject, point(), 'ndjson')),
      file('files.csv', null, () => exportFile(subject, point(), 'csv')),
      file('files.person', 'files.personExplain', () =>
        personExport(subject, 'json', context().language),
      ),
      file('files.personPdf', null, () => personExport(subject, 'pdf', context().language)),
      ...packages.map(([code, format]) =>
        file(code, null, () => handOverPackage(open?.id ?? '', format, context().language)),
      ),
    ),
  );
}
