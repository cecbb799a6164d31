/** Where files are given: a field for the keyboard and screen readers, and a place to drop them. */
import { visible } from '../../src/base/visible-text.js';
import { button, element } from '../shared/elements.js';
import type { PageTexts, ZoneTexts } from './page-texts.js';

export type ZoneId = 'evidence' | 'trust' | 'headers' | 'files';

export interface FileZone {
  readonly id: ZoneId;
  readonly texts: ZoneTexts;
  readonly add: (files: readonly File[]) => void;
}

export function fileZone({ id, texts, add }: FileZone): HTMLElement {
  const field = element('input', {
    type: 'file',
    id,
    multiple: '',
    'aria-describedby': `${id}-explanation`,
  });
  field.addEventListener('change', () => {
    add([...(field.files ?? [])]);
    // The same file may be given again after it was removed.
    field.value = '';
  });
  const zone = element(
    'div',
    { class: 'zone' },
    field,
    element('label', { class: 'button', for: id }, texts.choose),
    element('span', {}, ` ${texts.drop}`),
  );
  zone.addEventListener('dragover', () => {
    zone.classList.add('over');
  });
  zone.addEventListener('dragleave', () => {
    zone.classList.remove('over');
  });
  zone.addEventListener('drop', (event) => {
    zone.classList.remove('over');
    add([...(event.dataTransfer?.files ?? [])]);
  });
  return element(
    'section',
    { 'aria-labelledby': `${id}-title` },
    element('h2', { id: `${id}-title` }, texts.title),
    element('p', { id: `${id}-explanation` }, texts.explanation),
    zone,
    element('ul', { class: 'files', id: `${id}-files` }),
  );
}

/** @param digests SHA-256 by file, as far as they are known. */
export function fileList(
  files: readonly File[],
  digests: ReadonlyMap<File, string>,
  texts: PageTexts,
  remove: (file: File) => void,
): Node[] {
  return files.map((file) => {
    const name = visible(file.name);
    const digest = digests.get(file);
    return element(
      'li',
      {},
      element('span', { class: 'name' }, name),
      ...(digest === undefined ? [] : [element('span', { class: 'digest' }, `SHA-256 ${digest}`)]),
      button(
        texts.remove,
        () => {
          remove(file);
        },
        { 'aria-label': `${texts.remove}: ${name}` },
      ),
    );
  });
}

/** A file that is dropped beside a zone would take the place of the page. */
export function keepDroppedFilesOut(): void {
  for (const type of ['dragover', 'drop'])
    window.addEventListener(type, (event) => {
      event.preventDefault();
    });
}
