/** What checks find, in English, and what a report does not prove. */
export const ENGLISH_FINDINGS = {
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

  'claim.pass': 'The claim says what the header says. Nobody has signed it.',
  'claim.pass-signed': 'The claim says what the header says, and is signed by {key}.',
  'claim.unsigned': 'The claim is not signed by the key that is named: {reason}.',
  'claim.not-present': 'There is no claim.',
  'claim.differs': '{reason}.',

  'author.pass':
    'The key that signed was one of {author} for signing then: their {events} events up to the one that the entry names follow one another, each signed by the keys that it takes.',
  'author.pass-all':
    'The keys that signed {claims} claims were their authors’ for signing then: the {events} events of {authors} authors follow one another, each signed by the keys that it takes.',
  'author.malformed': 'A history does not hold, in {where}: {reason}.',
  'author.idle':
    'The file shows the history of {identity}, who signed no claim of it, or shows it twice.',
  'author.longer': 'The history of {identity} goes on behind the event that an entry names.',
  'author.event': 'The history of the author does not hold the event that entry {entry} names.',
  'author.later': 'The history of the author is from after the time of entry {entry}.',
  'author.key': 'Entry {entry}: {reason}.',

  'inclusion.pass': 'The entry is number {index} (from 0) of the {size} in the log.',
  'inclusion.not-included':
    'The path of {where} (index {index}, size {size}) does not lead to the root hash.',

  'checkpoint.pass': 'The key of {origin} signed the head of {size} entries.',
  'checkpoint.malformed': 'The checkpoint cannot be read: {reason}.',
  'checkpoint.unsigned': 'The last key of the log did not sign this checkpoint.',
  'checkpoint.signatures':
    'The checkpoint carries signatures besides the log’s, which nothing here checks.',
  'checkpoint.origin': 'The checkpoint is of another log than the first entry.',
  'checkpoint.key-name': 'A key of the log does not bear the name of the log.',
  'checkpoint.extensions': 'The checkpoint says more than it may: {reason}.',

  'handovers.pass': '{count} key changes, each by those who may change the key.',
  'handovers.pass-elected':
    '{count} key changes, each by those who may change the key; {elections} of them by the votes of a group for which the key before stands.',
  'handovers.none': 'The log has had one key only.',
  'handovers.gap': 'Handover {number} is not from the key before it: one is missing or false.',
  'handovers.key': 'Handover {number} is not to another key of the same log.',
  'handovers.place': 'Handover {number} does not stand where it says that the log went on.',
  'handovers.root': 'Handover {number} names another root hash than the log then had.',
  'handovers.unsigned': 'Handover {number} is signed neither by both keys nor by the recovery key.',

  'elections.idle': 'The group in entry {index} has chosen nobody.',
  'elections.order': 'The group in entry {index} does not come after the one before it.',
  'elections.unproven':
    'Nothing shows that the key before stands for the group in entry {index}: whoever made the next key could have put it there.',
  'elections.other-log':
    'The key before stands for the group in entry {index} in another log than this one.',
  'elections.unsigned': 'Handover {number} is by votes, and the new key alone did not sign it.',
  'elections.not-shown':
    'Handover {number} is by the votes of the group in entry {index}, which the file does not show.',
  'elections.older': 'Handover {number} is by an older group than the election before it.',
  'elections.group': 'Handover {number} is by another group than the one in entry {index}.',
  'elections.term':
    'Handover {number} is in no later term than the election before it, or than the one in which its group (entry {index}) was named.',
  'elections.writer':
    'Handover {number} is to a node that the group in entry {index} does not let write.',
  'elections.voters':
    'Handover {number} has votes that are not of members of the group in entry {index}, or two of one.',
  'elections.votes': 'Handover {number} has fewer votes than the group in entry {index} asks for.',
  'elections.head':
    'Handover {number} shows a head that the key before did not sign, or not up to its end.',
  'elections.signature': 'Handover {number} has a vote or an election that is not signed.',

  'log-identity.pass-recovery-key':
    'The recovery key {recoveryKey}, which you pinned, signed the log’s present key.',
  'log-identity.pass-log-key': 'You pinned the log’s present key.',
  'log-identity.pass-seal':
    'Sealed by {signer}, whose certificate leads to one that you pinned (judged at {at}).',
  'log-identity.pass-elected-key':
    'You pinned an earlier key of the log, or the recovery key that gave it; the group for which it stands chose those who came after.',
  'log-identity.self': 'Only the file itself says that this is {origin}.',
  'log-identity.self-sealed': 'Sealed by {signer}, for whom no root of yours answers. {reason}',
  'log-identity.recovery-signature':
    'The recovery key named by the log did not sign the log’s present key.',
  'log-identity.name': 'The log has a name that cannot be sealed, and a seal.',
  'log-identity.contradicted':
    'You pinned another recovery key for {name} than the one that this log names.',
  'log-identity.ended-key':
    'The key that signed this was taken out of use at {size} entries, by the recovery key that you pinned: nothing larger is accepted from it, and this shows {shown}. Whoever made the file may have stolen the key.',
  'log-identity.ended-tree':
    'At {size} entries, where its key was taken out of use, the log was another than this file shows. Whoever made the file may have stolen the key.',
  'log-identity.other-handover':
    'The key that was taken out of use at {size} entries is handed over otherwise here than by the recovery key that you pinned. Whoever made the file may have stolen the key.',

  'cms.not-genuine': 'The signature does not hold ({subIndication}): {reason}',

  'batch.pass': 'The batch at entry {index} covers the first {size} entries of the log.',
  'batch.origin': 'The batch is of another log.',
  'batch.size': 'The batch at entry {index} says that it covers {size} entries.',
  'batch.place': 'The batch at entry {index} does not come after the entry.',
  'batch.root': 'The batch names another root hash than the log then had.',
  'batch.unsigned': 'No signature in the file is over the batch.',

  'signature.pass-trusted':
    'By {signer}, whose certificate leads to one that you pinned (judged at {at}).',
  'signature.pass-self':
    'A genuine signature by {signer}, for whom no root of yours answers. {reason}',
  'signature.of': 'It is a signature over something that is not in the file.',
  'signature.version':
    'What entry {entry} names as the version before it is no version of the same signature.',
  'signature.order':
    'The signature at index {index} does not come after what stands before it in the file.',
  'signature.payload': 'The file does not show the signature itself.',

  'anchor.pass-pinned':
    'Head of {headSize} entries, in block {height} of {chain} ({time}), {confirmations} blocks shown, linked to a block that you pinned.',
  'anchor.pass-headers':
    'Head of {headSize} entries, in block {height} of {chain} ({time}), {confirmations} blocks shown, checked against the headers of your choice.',
  'anchor.pass-checkpoint':
    'Head of {headSize} entries, in block {height} of {chain} ({time}), {confirmations} blocks shown, linked to a checkpoint that this verifier came with.',
  'anchor.pass-self':
    'Head of {headSize} entries, in block {height} of {chain} ({time}), {confirmations} blocks shown: proof of work alone, above the difficulty floor; none of them is linked to a checkpoint or to a block that you pinned.',
  'anchor.pass-development-pinned':
    'Head of {headSize} entries, in block {height} of {chain} ({time}), {confirmations} blocks shown, up to one that you pinned. Blocks of this chain cost little or nothing to make: this proves nothing to anyone else.',
  'anchor.pass-development':
    'Head of {headSize} entries, in block {height} of {chain} ({time}), {confirmations} blocks shown; none that you pinned builds on them. Blocks of this chain cost little or nothing to make: this proves nothing.',
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
  'anchor.unattributed': 'The transaction is not of the chain of anchors that the epoch names.',
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

  'stamp.pass':
    'Head of {headSize} entries, time-stamped at {at} by {authority}, whose certificate leads to one that you pinned.',
  'stamp.untrusted':
    'The file shows a time-stamp of {at} by {authority}, for whom no root of yours answers ({reason}): it counts for nothing.',
  'stamp.malformed': 'It cannot be read: {where}: {reason}.',
  'stamp.epoch': 'The epoch is not in the tree of the checkpoint that was stamped.',
  'stamp.not-genuine': 'The time-stamp does not hold ({subIndication}): {reason}',
  'stamp.size': 'The stamped head ({headSize} entries) does not hold entry {index} yet.',
  'stamp.time':
    'The entry says it was recorded at {recordedAt}, after the time-stamp over it ({at}).',
  'witnessed.pass':
    'Head of {headSize} entries, under a checkpoint that was cosigned by {at} by enough of the witnesses that you named: {witnesses}.',
  'witnessed.no-policy':
    'The file shows a cosigned head with the entry, but you named no witnesses: it counts for nothing.',
  'witnessed.too-few':
    'The file shows a cosigned head with the entry, but too few of the witnesses that you named have cosigned it.',
  'witnessed.malformed': 'It cannot be read: {where}: {reason}.',
  'witnessed.unsigned': 'The key of the epoch log did not sign the cosigned checkpoint.',
  'witnessed.origin': 'The cosigned checkpoint is not of an epoch log of the node of this log.',
  'witnessed.contradicted': 'You pinned another key for the epoch log than the one shown.',
  'witnessed.epoch': 'The epoch is not in the tree of the cosigned checkpoint.',
  'witnessed.time':
    'The entry says it was recorded at {recordedAt}, after witnesses saw it ({other}).',

  'not-proven.truth': 'That what the record says is true: only that it was recorded, and when.',
  'not-proven.other-entries':
    'Anything about entries that are not in this file, such as later versions or withdrawals.',
  'not-proven.later-keys':
    'That the log’s key was not replaced or reported stolen after this file was made.',
  'not-proven.revocation':
    'That no certificate had been revoked of which nobody answers in this file, or later than it was answered.',
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
  'not-proven.claim-key':
    'That the key which signed the claim was the author’s then, where the file does not show their history ({count}): the log says that it has checked so.',
  'not-proven.author-later':
    'When the keys of an author came and went, and that there was no later event of theirs when the entry was made: of this, the log says that it has checked so. Nor that no key was reported stolen since.',
  'not-proven.author-name':
    'Who an author is that you have not pinned ({count}): the name stands for the keys that they began with.',
  'not-proven.signature':
    'That the signature is genuine: the entry that it signs is not in this file.',
  'not-proven.parts': 'What the entry says of other persons: each is shown in a file of its own.',
  'not-proven.elections':
    'That no newer group had been named when the log’s nodes chose who writes: whoever follows the log sees that, and members who left could have gone on by themselves from before it.',
  'not-proven.loss': 'What the log that was lost held: this one began anew.',

  'development.devchain':
    'The anchors are in a development chain: its blocks cost nothing and prove an order at most.',
  'development.seal':
    'A certificate is one of the embedded development authority: nobody checked a name.',
  'development.chain': 'The anchors are in {chain}, whose blocks cost next to nothing.',
  'development.trust': 'The trust file “{name}” says that what it pins was made for development.',
} as const;
