/** What only the report of a container says, in German. */
import type { ENGLISH_CONTAINER } from './english-container.js';

export const GERMAN_CONTAINER: Readonly<Record<keyof typeof ENGLISH_CONTAINER, string>> = {
  'container.pass':
    'Alle {count} Dateien sind mit ihren Hashwerten aufgeführt und sagen, was der Nachweis ergibt.',
  'container.unsigned': 'Der Container hat kein Manifest, sodass nichts darin signiert ist.',
  'container.signatures': 'Der Container hat mehr als {count} Manifeste.',
  'container.manifest': '{file} ist als Manifest nicht lesbar.',
  'container.signature': 'Die Signatur {file} fehlt oder soll zwei Dinge umfassen.',
  'container.unknown':
    'Der Container sagt etwas über seine Dateien, was hier nicht geprüft wird: {file}.',
  'container.not-listed':
    '{file} liegt im Container und steht in einem Manifest nicht: Niemand hat es signiert.',
  'container.missing':
    'Ein Manifest führt {file} auf, das nicht im Container liegt, oder führt es zweimal auf.',
  'container.digest': '{file} ist nicht die Datei, die signiert wurde.',
  'container.contents':
    'Der Nachweis ist nicht lesbar, sodass die Dateien neben ihm nichts besagen.',
  'container.stray': '{file} folgt nicht aus dem Nachweis, und nichts beweist, was darin steht.',
  'container.differs': '{file} fehlt oder sagt nicht, was der Nachweis sagt.',

  'container-signature.pass-trusted':
    'Von {signer}; das Zertifikat führt zu einem von Ihnen hinterlegten (beurteilt zum {at}).',
  'container-signature.pass-self':
    'Eine echte Signatur von {signer}, für den keiner Ihrer Vertrauensanker einsteht. {reason}',

  'development.container':
    'Der Container ist mit einem Zertifikat der eingebauten Entwicklungsstelle gesiegelt: Niemand hat einen Namen geprüft.',

  'title.container': 'Der Container',
  'label.container': 'Container',
  'value.container.asic-e': 'ASiC-E mit CAdES (EN 319 162-1), {count} Dateien',
  'value.container.asic-s': 'ASiC-S mit CAdES (EN 319 162-1), {count} Datei',
  'value.container.signature': '{number}, über den Container',

  'check.container': 'Der Container enthält, was er aufführt, und sagt, was der Nachweis sagt',
  'check.container-signature': 'Der Schlüssel eines Zertifikats hat den Container signiert',
  'means.container':
    'SHA-2-Hashwerte im Manifest; erneutes Herstellen der Dateien aus dem Nachweis',
  'means.container-signature': 'eine abgesetzte CAdES-Signatur (EN 319 102-1)',
};
