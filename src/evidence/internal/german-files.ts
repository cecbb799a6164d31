/** Was Berichte über Dateien sagen, auf Deutsch. */
import type { ENGLISH_FILES } from './english-files.js';

export const GERMAN_FILES: Readonly<Record<keyof typeof ENGLISH_FILES, string>> = {
  'result.compared':
    'ABER von den Dateien, die damit verglichen wurden ({files}), entspricht {count} NICHTS, was er zeigt.',

  'title.compared': 'Verglichene Dateien',

  'label.attached': 'angehängt',
  'label.brings': 'bringt',
  'label.compared': 'verglichen',
  'label.is': 'ist',

  'value.attached': '{number}: {size} Bytes {mediaType}, SHA-256 {sha256}, durch Eintrag {entry}',
  'value.attached.named':
    '{number}, „{name}“: {size} Bytes {mediaType}, SHA-256 {sha256}, durch Eintrag {entry}',
  'value.compared': '{name}: {size} Bytes, SHA-256 {sha256}',
  'value.is.attachment': 'Anhang {number} von Eintrag {index}',
  'value.is.attachment.named': 'Anhang {number} von Eintrag {index}, „{name}“',
  'value.is.content': 'der Inhalt, den Eintrag {index} brachte',
  'value.is.nothing': 'NICHTS, was der Nachweis zeigt',

  'check.attachments': 'Angehängt ist, was die Datei davon zeigt',
  'means.attachments': 'Vergleich der Kopfdaten mit den Einträgen, die die Dateien brachten',

  'attachments.pass':
    'Von {shown} von {count} Anhängen ist der Eintrag hier, der ihn brachte: Beide sagen dasselbe.',
  'attachments.not-shown':
    'Von den {count} Anhängen ist keiner der Einträge hier, die sie brachten.',
  'attachments.no-file': 'Was angehängt ist, ist keine Datei, die abgelegt wurde.',
  'attachments.differs':
    'Von einer angehängten Datei nennen die Kopfdaten ein anderes {member} als der Eintrag, der sie brachte.',
  'attachments.subject': 'Eine angehängte Datei betrifft jemand anderen.',
  'attachments.later': 'Eine angehängte Datei kam nach dem Datensatz, dem sie angehängt ist.',

  'not-proven.attachments':
    'Was in den Anhängen steht, und dass sie Dateien dieses Ledgers waren: Der Nachweis hat SHA-256 und Größe, wie das Log sie aufgezeichnet hat. Eigene Dateien lassen sich damit vergleichen.',
};
