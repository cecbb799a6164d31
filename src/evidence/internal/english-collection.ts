/** What only the report of a collection says, in English. */
export const ENGLISH_COLLECTION = {
  'format.entry-order': 'Entry {entry} does not stand in its place: entries ascend by index.',
  'format.entry-idle': 'Entry {entry} is in the file and belongs to no answer.',

  'headers.pass':
    '{count} of {entries} entries are opened: salt and header give the commitment, and both say the same.',
  'headers.not-present': 'The file opens no entry.',
  'payloads.pass': 'Of {count} of {entries} entries, salt and payload give the commitment.',
  'payloads.not-present': 'The file shows no payload.',
  'openers.pass':
    'Of {count} of {entries} entries, tags are opened and stand for what the header names.',
  'openers.not-present': 'No entry opens a tag of its own.',
  'claims.pass': 'Of {count} of {entries} entries, the claim says what the header says.',
  'claims.not-present': 'There are no claims.',
  'inclusion.pass-all': '{count} entries and {maps} maps are in the log of {size}.',

  'signatures.pass':
    '{count} genuine signatures; of {trusted} the certificate leads to one that you pinned.',
  'signatures.not-present': 'No entry that is opened is a signature.',
  'signatures.of-nothing': 'What it signs is not in the file, or does not come before it.',
  'signatures.payload': 'The file does not show the signature itself.',

  'completeness.pass':
    'As of {asOf}: {count} entries carry the tag of {subject}, {notOpened} of them not opened here. By the map in entry {map} there is no other.',
  'completeness.pass-unnamed':
    'As of {asOf}: {count} entries carry the tag, {notOpened} of them not opened here. By the map in entry {map} there is no other. That the tag is that of {subject}, only the file says.',
  'completeness.pass-empty':
    'As of {asOf}, no entry carries the tag, by the map in entry {map}. That the tag would be that of {subject}, only the file says.',
  'completeness.ledger': 'The question is about the ledger {ledger}, which is not this one.',
  'completeness.opener': 'The opener does not give the tag from the name of the subject.',
  'completeness.map-size':
    'The map in entry {index} says it covers {size} entries: more than came before it.',
  'completeness.beyond-map': 'The question is as of {asOf}; the map covers {size} entries only.',
  'completeness.map': 'The map does not say of this tag what the file says.',
  'completeness.items':
    'The entries shown are not the beginning of the list: one is missing, added, altered or misplaced.',
  'completeness.cut':
    'The entries shown are not those below {asOf}: one of them is not, or one below it is missing.',
  'completeness.stray': 'The entry does not carry the tag.',
  'completeness.left-out':
    'The entry carries the tag and is not in the answer: the map that leaves it out is false.',
  'completeness.names': 'The entry carries the tag and is about somebody else.',
  'completeness.versions':
    'The entry names another version before it than the answer has: one is missing.',

  'not-proven.outside': 'Anything about entries that belong to no answer in this file.',
  'not-proven.identifier':
    'That the subject has no other tag: the answers are complete for the tag; and for this identifier, not for a human being who has two.',
  'not-proven.maps':
    'That the maps by which the answers are complete are what the statements make: the log says so. Whoever has read the whole log (fsck, an auditor) can tell; nobody who did has signed this file.',
  'not-proven.tag':
    'That a tag is the subject’s, where no opened entry of the answer names the subject.',
  'not-proven.valid-at':
    'What was valid at an instant, where the question names none: then of each thing the version recorded last stands, whenever it is valid.',
  'not-proven.not-opened':
    'What {count} entries say that are not opened: when they are valid, and whether they withdraw others.',
  'not-proven.contents': 'What {count} opened entries say: the file does not show their payload.',
  'not-proven.things':
    'That records with a key are versions of the thing that their header names, where the tag is not opened.',
  'not-proven.inspection': 'What the file says of the inspection it was made for.',

  'title.question': 'Question {number}: {subject}, in the ledger {ledger}',
  'title.inspection': 'What the file says of its purpose (its own word)',
  'title.signatures.all': 'Signatures over the entries',
  'label.as-of': 'as of',
  'label.valid-at': 'valid at',
  'label.types': 'types',
  'label.tag': 'tag',
  'label.map': 'map',
  'label.answer': 'answer',
  'label.state': 'state',
  'label.version': 'version',
  'label.signatures': 'signatures',

  'value.as-of': 'the first {asOf} entries of the log',
  'value.valid-at.none': 'no instant: of each thing the version recorded last',
  'value.map': 'entry {index}, over {size} entries, recorded {at}',
  'value.answer':
    '{count} entries, {notOpened} of them not opened; {mentions} of other subjects that name the person',
  'value.answer.failed': 'not to be relied on: the check of the answer, or of an entry, has failed',
  'value.state': '{count} things',
  'value.state.undetermined':
    '{count} things, as far as can be told: a record that is not opened may be valid at another time, or withdraw one',
  'value.version': '{type}, entry {index}, recorded {at}',
  'value.version.closed': '{type}, entry {index}, recorded {at}, not opened',
  'value.more-versions': '… and {count} more',
  'value.signatures': '{count}, of which {trusted} lead to a certificate that you pinned',
  'value.of-entry': 'Entry {entry}: {detail}',

  'check.signatures': 'Certificates’ keys signed the entries',
  'check.completeness': 'The answer has every entry that carries the tag',
  'means.signatures': 'detached CAdES signatures (EN 319 102-1)',
  'means.completeness':
    'the map of lists (RFC 6962, SHA-256) that the log recorded; the tag opened (HMAC-SHA-256)',
} as const;
