/**
 * The texts of reports in English, by code. Another language is another object with the same codes; codes
 * and the facts that stand in braces never change with it.
 */
export const ENGLISH = {
  'result.verified': 'VERIFIED',
  'result.consistent': 'VERIFIED AS CONSISTENT, NOT ATTRIBUTED',
  'result.failed': 'FAILED',
  'result.verified.means':
    'Every check passed, and who stands behind it is known from your own roots of trust.',
  'result.consistent.means':
    'Every check passed, but some rest on the word of the file itself: anyone could have made it. Give the roots that you trust with --trust.',
  'result.failed.means':
    'At least one check failed. Nothing that this file says should be relied on.',

  'title.entry': 'The entry',
  'title.entry.failed': 'What the file says of the entry (not to be relied on)',
  'title.content': 'What was recorded',
  'title.log': 'The log',
  'title.signatures': 'Signatures over the entry',
  'title.checks': 'Checks',
  'title.not-proven': 'What this does not prove',
  'title.development': 'Made for development',
  'title.trust': 'Roots of trust used',

  'label.kind': 'kind',
  'label.type': 'type',
  'label.subject': 'subject',
  'label.key': 'key',
  'label.author': 'author',
  'label.valid': 'valid',
  'label.retracts': 'withdraws',
  'label.payload': 'payload',
  'label.schema': 'schema',
  'label.id': 'id',
  'label.previous': 'version before',
  'label.index': 'index',
  'label.recorded': 'recorded',
  'label.entered': 'entered',
  'label.origin': 'origin',
  'label.log-key': 'key',
  'label.recovery-key': 'recovery key',
  'label.handovers': 'key changes',
  'label.identified': 'known by',
  'label.sealed': 'sealed by',
  'label.loss': 'began after',
  'label.signature': 'signature',
  'label.signer': 'signer',
  'label.claimed': 'claims',
  'label.judged': 'judged at',
  'label.verdict': 'verdict',
  'label.file': 'file',

  'value.text': '{text}',
  'value.check': '{what} [{id}]',
  'value.means': 'by {means}',
  'value.word': 'on the word of {word}',
  'value.index': '{index} of a log of {size} entries',
  'value.recorded': '{at}, by the log’s own clock',
  'value.entered.between':
    'after the head anchored in block {fromHeight} ({fromTime}), by block {height} ({time}) of {chain}',
  'value.entered.by': 'by block {height} ({time}) of {chain}',
  'value.entered.unpinned': '{entered}; none of your pinned blocks leads there',
  'value.valid.between': 'from {from} until {to}',
  'value.valid.from': 'from {from}',
  'value.valid.until': 'until {to}',
  'value.payload': '{size} bytes of {mediaType}, SHA-256 {sha256}',
  'value.loss': 'the loss of {from} ({size} entries recovered): {cause}',
  'value.signature': '{number}, entry {index} of the log',
  'value.claimed': 'signed at {at}',
  'value.judged.block': '{at}, the time of the anchor’s block',
  'value.judged.recorded': '{at}, when the log says it was recorded',
  'value.judged.claimed': '{at}, when the signer says it was made',
  'value.verdict.because': '{indication}, {subIndication}',
  'value.verdict.anchor': '{indication}, path to {anchor}',
  'value.identified.recovery-key': 'the tenant’s recovery key, which you pinned',
  'value.identified.log-key': 'the log’s key, which you pinned',
  'value.identified.seal': 'a seal whose certificate leads to one that you pinned',
  'value.identified.nobody': 'nothing but this file',
  'value.more-lines': '… and {count} more lines',
  'value.file': '{size} bytes, SHA-256 {sha256}',

  'mark.pass': 'pass',
  'mark.fail': 'FAIL',
  'mark.not-present': '–',
  'mark.not-done': 'not done',
  'word.trust': 'your own roots of trust',
  'word.self': 'this file alone',
  'word.math': 'nobody; it can be computed',

  'check.format': 'The file is in the one form that format 1 has',
  'check.statement': 'The statement is well-formed and fits its log',
  'check.header': 'The header is the one that was recorded',
  'check.payload': 'The payload is the one that was recorded',
  'check.tags': 'The tags stand for the persons and the thing named',
  'check.claim': 'The author’s claim says what was recorded',
  'check.inclusion': 'The entry is in the log',
  'check.checkpoint': 'The log’s key signed the state of the log',
  'check.handovers': 'The keys of the log followed each other rightly',
  'check.log-identity': 'Whose log it is',
  'check.signature': 'A certificate’s key signed the entry',
  'check.anchor:after': 'A block proves that the entry was there by its time',
  'check.anchor:before': 'A block proves that the entry was not there yet',

  'means.format': 'reading it strictly and writing it anew (RFC 8785)',
  'means.statement': 'reading it strictly; comparing indexes and times',
  'means.header': 'its salted commitment (HMAC-SHA-256)',
  'means.payload': 'its salted commitment (HMAC-SHA-256); SHA-256 and size in the header',
  'means.tags': 'keyed pseudonyms opened (HMAC-SHA-256)',
  'means.claim': 'comparing claim and header',
  'means.inclusion': 'a Merkle path to the root hash (RFC 6962, SHA-256)',
  'means.checkpoint': 'an Ed25519 signature on a C2SP checkpoint',
  'means.handovers': 'Ed25519 signatures of the keys; Merkle roots',
  'means.log-identity': 'recovery signature (Ed25519), pinned key, or seal (CAdES)',
  'means.signature': 'a detached CAdES signature (EN 319 102-1)',
  'means.anchor:after': 'Merkle proofs from the log to a Bitcoin block; proof of work',
  'means.anchor:before': 'Merkle proofs from the log to a Bitcoin block; proof of work',

  'not-done': 'Not done: what it builds on has failed.',

  'format.pass': 'The file is canonical and holds nothing that is not checked.',
  'format.development':
    'The file does not name just those parts that were made for development; they are: {parts}.',

  'statement.pass':
    'All {count} statements of the log are canonical, and their times never decrease.',
  'statement.malformed': 'The statement of {where} cannot be read: {reason}.',
  'statement.kind': 'The statement of {where} is of the kind {kind}, not {kinds}.',
  'statement.key': 'A key in {where} cannot be used: {reason}.',
  'statement.first': 'The first entry of the log does not have index 0.',
  'statement.loss':
    'The first entry speaks of a loss, but not of another log and a checkpoint of that one.',
  'statement.times':
    'Entry {index} says it was recorded at {recordedAt}, before entry {earlierIndex} at {earlierRecordedAt}.',

  'header.pass': 'Salt and header give the commitment in the statement, and both say the same.',
  'header.not-present': 'The file does not show the header.',
  'header.malformed': 'The header of {where} cannot be read: {reason}.',
  'header.of-nothing': 'An entry of the kind {kind} has no header, but the file shows one.',
  'header.commitment': 'The header is not the one that the statement commits to.',
  'header.differs': 'Header and statement disagree: {member}.',

  'payload.pass':
    'Salt and payload ({size} bytes) give the commitment, and the header describes them.',
  'payload.pass-undescribed':
    'Salt and payload ({size} bytes) give the commitment; there is no header to describe them.',
  'payload.not-present': 'The file does not show the payload.',
  'payload.of-nothing': 'An entry of the kind {kind} has no payload, but the file shows one.',
  'payload.commitment': 'The payload is not the one that the statement commits to.',
  'payload.differs': 'The payload is not the one that the header describes: {member}.',
  'payload.not-cms': 'The payload of a signature is said to be something else than CMS.',
  'payload.not-canonical': 'The payload is said to be JSON and is not canonical JSON (RFC 8785).',

  'tags.pass': 'Opened, and standing for what the header names: {tags}.',
  'tags.not-present': 'The file opens no tag.',
  'tags.none': 'The file opens the tag {tag}, which the statement does not have.',
  'tags.differ': 'The tag {tag} does not stand for what the header names.',

  'claim.pass': 'The claim says what the header says. Its signature is not part of this format.',
  'claim.not-present': 'There is no claim.',
  'claim.differs': '{reason}.',

  'inclusion.pass': 'The entry is number {index} (from 0) of the {size} in the log.',
  'inclusion.not-included':
    'The path of {where} (index {index}, size {size}) does not lead to the root hash.',

  'checkpoint.pass': 'The key of {origin} signed the head of {size} entries.',
  'checkpoint.malformed': 'The checkpoint cannot be read: {reason}.',
  'checkpoint.unsigned': 'The last key of the log did not sign this checkpoint.',
  'checkpoint.signatures':
    'The checkpoint carries signatures besides the log’s, which nothing here checks.',
  'checkpoint.origin': 'The checkpoint is of another log than the first entry.',
  'checkpoint.key-name': 'The last key of the log does not bear the name of the log.',
  'checkpoint.extensions': 'The checkpoint says more than it may: {reason}.',

  'handovers.pass': '{count} key changes, each by those who may change the key.',
  'handovers.none': 'The log has had one key only.',
  'handovers.gap': 'Handover {number} is not from the key before it: one is missing or false.',
  'handovers.key': 'Handover {number} is not to another key of the same log.',
  'handovers.place': 'Handover {number} does not stand where it says that the log went on.',
  'handovers.root': 'Handover {number} names another root hash than the log then had.',
  'handovers.unsigned': 'Handover {number} is signed neither by both keys nor by the recovery key.',

  'log-identity.pass-recovery-key':
    'The recovery key {recoveryKey}, which you pinned, signed the log’s present key.',
  'log-identity.pass-log-key': 'You pinned the log’s present key.',
  'log-identity.pass-seal':
    'Sealed by {signer}, whose certificate leads to one that you pinned (judged at {at}).',
  'log-identity.self': 'Only the file itself says that this is {origin}.',
  'log-identity.self-sealed': 'Sealed by {signer}, for whom no root of yours answers. {reason}',
  'log-identity.recovery-signature':
    'The recovery key named by the log did not sign the log’s present key.',
  'log-identity.name': 'The log has a name that cannot be sealed, and a seal.',
  'log-identity.contradicted':
    'You pinned another recovery key for {name} than the one that this log names.',

  'cms.not-genuine': 'The signature does not hold ({subIndication}): {reason}',

  'signature.pass-trusted':
    'By {signer}, whose certificate leads to one that you pinned (judged at {at}).',
  'signature.pass-self':
    'A genuine signature by {signer}, for whom no root of yours answers. {reason}',
  'signature.of': 'It is a signature over another entry.',
  'signature.order':
    'The signature at index {index} does not come after what stands before it in the file.',
  'signature.payload': 'The file does not show the signature itself.',

  'anchor.pass-pinned':
    'Head of {headSize} entries, in block {height} of {chain} ({time}), {confirmations} blocks shown, linked to a block that you pinned.',
  'anchor.pass-self':
    'Head of {headSize} entries, in block {height} of {chain} ({time}), {confirmations} blocks shown; none of them is linked to a block that you pinned.',
  'anchor.after-not-present': 'The file shows no anchor: only the log’s own clock says when.',
  'anchor.before-not-present': 'The file shows no anchored head without the entry.',
  'anchor.malformed': 'It cannot be read: {where}: {reason}.',
  'anchor.chain': 'The proof from {where} does not hold: {reason}.',
  'anchor.origin': 'The anchored head is of another log.',
  'anchor.inconsistent':
    'The anchored head ({headSize} entries) is not a beginning of the log in the checkpoint ({size}).',
  'anchor.log-map': 'The anchored head is not in the map of its tenant.',
  'anchor.tenant-map': 'The tenant’s map is not in the map of tenants.',
  'anchor.tenant': 'The anchored head is filed under another tenant than the log’s.',
  'anchor.epoch': 'The epoch is not in the tree that the transaction commits to.',
  'anchor.after-size': 'The anchored head ({headSize} entries) does not hold entry {index} yet.',
  'anchor.after-time':
    'The entry says it was recorded at {recordedAt}, after the block that holds it ({other}).',
  'anchor.before-size': 'The anchored head ({headSize} entries) holds entry {index} already.',
  'anchor.before-epoch': 'The block covers a newer epoch than the one shown.',
  'anchor.before-time':
    'The entry says it was recorded at {recordedAt}, well before an epoch that does not hold it ({other}).',
  'anchor.pair-handle': 'The two anchors are of different logs in the maps.',
  'anchor.pair-chain': 'The two anchors are not of one chain of transactions.',
  'anchor.pair-order': 'The anchor without the entry does not come before the one with it.',

  'not-proven.truth': 'That what the record says is true: only that it was recorded, and when.',
  'not-proven.other-entries':
    'Anything about entries that are not in this file, such as later versions or withdrawals.',
  'not-proven.later-keys':
    'That the log’s key was not replaced or reported stolen after this file was made.',
  'not-proven.revocation':
    'That no certificate had been revoked: revocation is not checked in this version.',
  'not-proven.recorded-time': 'When the entry was recorded: only the log’s own clock says so.',
  'not-proven.block-time':
    'The time of a block to the minute: a block’s clock may be off by about two hours.',
  'not-proven.chain':
    'That the blocks belong to the real chain: none of them is linked to a block that you pinned.',
  'not-proven.not-yet':
    'That the entry did not exist elsewhere before: only that the log, as anchored then, did not hold it. An entry made while an anchor waits for its block counts to the next anchor.',
  'not-proven.header':
    'Whom the record is about and who wrote it: the file does not show the header.',
  'not-proven.payload': 'What the record says: the file does not show the payload.',
  'not-proven.subject':
    'That the tag by which the log knows the subject stands for the name in the header.',
  'not-proven.claim': 'That the author signed the claim.',
  'not-proven.parts': 'What the entry says of other persons: each is shown in a file of its own.',
  'not-proven.loss': 'What the log that was lost held: this one began anew.',

  'development.devchain':
    'The anchors are in a development chain: its blocks cost nothing and prove an order at most.',
  'development.seal':
    'A certificate is one of the embedded development authority: nobody checked a name.',
  'development.chain': 'The anchors are in {chain}, whose blocks cost next to nothing.',
  'development.trust': 'The trust file “{name}” says that what it pins was made for development.',
} as const satisfies Readonly<Record<string, string>>;

export type MessageCode = keyof typeof ENGLISH;
export type Catalogue = Readonly<Record<MessageCode, string>>;
