/** The texts of a certificate of destruction in English, by code; other languages have the same codes and facts. */
export const ENGLISH = {
  title: 'Certificate of destruction {id}',
  'title.provisional': 'Certificate of destruction {id} (provisional)',

  'label.meant': 'what was meant',
  'label.reason': 'reason',
  'label.legal-basis': 'legal basis',
  'label.asked': 'asked for',
  'label.approved': 'approved',
  'label.judged': 'judged',
  'label.completed': 'completed',
  'label.kept-in': 'kept in',

  'meant.person': 'a person, in statements {tag}',
  'meant.person.unknown': 'a person, in no statement',
  'meant.due': 'everything that was due',
  'meant.due.class': 'of the class {class}',
  'meant.due.through': 'recorded up to {through}',
  'by.whom': '{at} by {author} with {key}',
  entry: '{ledger}, entry {index}, {id}',

  destroyed: 'Destroyed:',
  'destroyed.class': '{class} of {month}: {secrets} secrets',
  'destroyed.tags': 'tags of {persons} persons',
  vault: 'The vault went from generation {before} to {after}; the key of {before} was destroyed.',

  'kept.none': 'Nothing of what was meant was kept.',
  kept: 'Kept, and why:',
  'kept.class': '{class} of {month}: {secrets} secrets: {reasons}',
  'kept.more': 'and {secrets} secrets more',
  'kept.tags': 'the tags: {reasons}',
  more: 'More was due than one erasure destroys: propose another.',
  'reason.policy': '{basis} keeps it until {dueAt}',
  'reason.policy.endless': '{basis} keeps it, with no end that can be written',
  'reason.clock': '{basis} keeps it, and its time does not run: {why}',
  'reason.hold': 'case {caseId} of {authority} holds it',
  'reason.hold.until': 'case {caseId} of {authority} holds it until {until}',
  'reason.lock': 'files of the drive {drive} are under a legal hold',
  'reason.lock.until': 'files of the drive {drive} are locked until {until}',
  'reason.own': 'it is the tenant’s own',
  'reason.data-left': 'other data of the person are left',

  stays: 'What stays: statements and proofs of the entries, without content; and what other',
  'stays.others': 'persons’ entries say, in which this one is author, party or mentioned.',
  'stays.entries': '{ledger}: {count} entries',
  'stays.entries.least': '{ledger}: at least {count} entries',
  disclosed: 'What was disclosed before stays with whoever took it.',
  'disclosed.entries': '{count} entries of _access disclosed this person:',
  'disclosed.entries.least': 'at least {count} entries of _access disclosed this person:',

  interrupted:
    'A crash kept part of what was judged from being named: that part stays. Propose another.',
  holders: 'Copies that the node made, or handed out, of the vault and of its keys:',
  'holders.backup': 'backup target {id}: has generation {generation} of the vault ({at})',
  'holders.backup.silent': 'backup target {id}: has not confirmed; it may hold the destroyed one',
  'holders.escrow':
    'copy {id} of escrow, generation {generation}: confirmed to be destroyed on {at}',
  'holders.escrow.silent':
    'copy {id} of escrow, generation {generation}: nobody has confirmed that it is destroyed',
  'holders.member': 'member {id} of a shared ledger: signed that it has destroyed the same ({at})',
  'holders.member.silent':
    'member {id} of a shared ledger: has not signed, or not for all its copies',
  provisional:
    'Provisional: copies of the key store that were made outside of the node are not known to it,',
  'provisional.copies':
    'and whoever has one of before can still open what this certificate is about.',
} as const;

export type CertificateMessageCode = keyof typeof ENGLISH;
export type CertificateCatalogue = Readonly<Record<CertificateMessageCode, string>>;
