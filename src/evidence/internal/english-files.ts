/** What reports say of files: those that records attach, and those that a verifier compares with them. In English. */
export const ENGLISH_FILES = {
  'result.compared':
    'BUT of the files that were compared with it ({files}), {count} match NOTHING that it shows.',

  'title.compared': 'Files compared',

  'label.attached': 'attached',
  'label.brings': 'brings',
  'label.compared': 'compared',
  'label.is': 'is',

  'value.attached': '{number}: {size} bytes of {mediaType}, SHA-256 {sha256}, by entry {entry}',
  'value.attached.named':
    '{number}, “{name}”: {size} bytes of {mediaType}, SHA-256 {sha256}, by entry {entry}',
  'value.compared': '{name}: {size} bytes, SHA-256 {sha256}',
  'value.is.attachment': 'attachment {number} of entry {index}',
  'value.is.attachment.named': 'attachment {number} of entry {index}, “{name}”',
  'value.is.content': 'the content that entry {index} brought',
  'value.is.nothing': 'NOTHING that the evidence shows',

  'check.attachments': 'What records attach is what the file shows of it',
  'means.attachments': 'comparing headers with the entries that brought the files',

  'attachments.pass':
    'Of {shown} of {count} attachments the entry that brought it is here: both say the same.',
  'attachments.not-shown':
    'Of the {count} attachments, none of the entries that brought them is here.',
  'attachments.no-file': 'What is attached is no file that was put.',
  'attachments.differs':
    'Of a file that is attached, the header says another {member} than the entry that brought it.',
  'attachments.subject': 'A file that is attached is of another subject.',
  'attachments.later': 'A file that is attached came after the record that attaches it.',

  'not-proven.attachments':
    'What is in the attachments, and that they were files of this ledger: the evidence has their SHA-256 and size, as the log recorded them. Files of yours can be compared with these.',
} as const;
