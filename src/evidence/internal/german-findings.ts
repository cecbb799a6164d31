/** What checks find, in German, and what a report does not prove. */
import type { ENGLISH_FINDINGS } from './english-findings.js';

export const GERMAN_FINDINGS: Readonly<Record<keyof typeof ENGLISH_FINDINGS, string>> = {
  'not-done': 'Nicht durchgeführt: Eine Prüfung, auf der sie aufbaut, ist nicht bestanden.',

  'format.pass': 'Die Datei ist kanonisch und enthält nichts, was nicht geprüft wird.',
  'format.development':
    'Die Datei nennt nicht genau die Teile, die für die Entwicklung gemacht sind; es sind: {parts}.',

  'statement.pass':
    'Alle {count} Aussagen des Logs sind kanonisch, und ihre Zeiten gehen nie zurück.',
  'statement.malformed': 'Die Aussage von {where} ist nicht lesbar: {reason}.',
  'statement.kind': 'Die Aussage von {where} ist von der Art {kind}, nicht {kinds}.',
  'statement.key': 'Ein Schlüssel in {where} ist nicht verwendbar: {reason}.',
  'statement.first': 'Der erste Eintrag des Logs steht nicht an Stelle 0.',
  'statement.loss':
    'Der erste Eintrag spricht von einem Verlust, aber nicht von einem anderen Log und einem Checkpoint von diesem.',
  'statement.times':
    'Eintrag {index} will um {recordedAt} aufgezeichnet sein, also vor Eintrag {earlierIndex} um {earlierRecordedAt}.',

  'header.pass':
    'Salt und Kopfdaten ergeben die Festlegung in der Aussage, und beide sagen dasselbe.',
  'header.not-present': 'Die Datei legt die Kopfdaten nicht offen.',
  'header.malformed': 'Die Kopfdaten von {where} sind nicht lesbar: {reason}.',
  'header.of-nothing':
    'Ein Eintrag der Art {kind} hat keine Kopfdaten, doch die Datei legt welche offen.',
  'header.commitment': 'Die Kopfdaten sind nicht die, auf die sich die Aussage festlegt.',
  'header.differs': 'Kopfdaten und Aussage widersprechen sich: {member}.',

  'payload.pass':
    'Salt und Nutzdaten ({size} Bytes) ergeben die Festlegung, und die Kopfdaten beschreiben sie.',
  'payload.pass-undescribed':
    'Salt und Nutzdaten ({size} Bytes) ergeben die Festlegung; es gibt keine Kopfdaten, die sie beschreiben.',
  'payload.not-present': 'Die Datei legt die Nutzdaten nicht offen.',
  'payload.of-nothing':
    'Ein Eintrag der Art {kind} hat keine Nutzdaten, doch die Datei legt welche offen.',
  'payload.commitment': 'Die Nutzdaten sind nicht die, auf die sich die Aussage festlegt.',
  'payload.differs': 'Die Nutzdaten sind nicht die, die die Kopfdaten beschreiben: {member}.',
  'payload.not-cms': 'Die Nutzdaten einer Signatur sind als etwas anderes als CMS bezeichnet.',
  'payload.not-canonical':
    'Die Nutzdaten sind als JSON bezeichnet und sind kein kanonisches JSON (RFC 8785).',

  'tags.pass': 'Geöffnet; sie stehen für das, was die Kopfdaten nennen: {tags}.',
  'tags.not-present': 'Die Datei öffnet kein Kennzeichen.',
  'tags.none': 'Die Datei öffnet das Kennzeichen {tag}, das die Aussage nicht hat.',
  'tags.differ': 'Das Kennzeichen {tag} steht nicht für das, was die Kopfdaten nennen.',

  'claim.pass': 'Die Erklärung sagt dasselbe wie die Kopfdaten. Niemand hat sie signiert.',
  'claim.pass-signed': 'Die Erklärung sagt dasselbe wie die Kopfdaten und ist mit {key} signiert.',
  'claim.unsigned': 'Die Erklärung ist nicht mit dem genannten Schlüssel signiert: {reason}.',
  'claim.not-present': 'Es gibt keine Erklärung.',
  'claim.differs': '{reason}.',

  'author.pass':
    'Der Schlüssel war damals einer von {author} zum Signieren: die {events} Ereignisse bis zu dem, das der Eintrag nennt, folgen aufeinander, jedes mit den Schlüsseln signiert, die es braucht.',
  'author.pass-all':
    'Die Schlüssel, mit denen {claims} Erklärungen signiert sind, waren damals solche der Verfasser zum Signieren: die {events} Ereignisse von {authors} Verfassern folgen aufeinander, jedes mit den Schlüsseln signiert, die es braucht.',
  'author.malformed': 'Eine Geschichte hält nicht, in {where}: {reason}.',
  'author.idle':
    'Die Datei zeigt die Geschichte von {identity}, von dem keine Erklärung darin signiert ist, oder zeigt sie zweimal.',
  'author.longer':
    'Die Geschichte von {identity} geht hinter dem Ereignis weiter, das ein Eintrag nennt.',
  'author.event':
    'Die Geschichte des Verfassers enthält das Ereignis nicht, das Eintrag {entry} nennt.',
  'author.later': 'Die Geschichte des Verfassers ist aus der Zeit nach Eintrag {entry}.',
  'author.key': 'Eintrag {entry}: {reason}.',

  'inclusion.pass': 'Der Eintrag ist Nummer {index} (ab 0) der {size} Einträge im Log.',
  'inclusion.not-included':
    'Der Pfad von {where} (Stelle {index}, Größe {size}) führt nicht zum Wurzel-Hash.',

  'checkpoint.pass': 'Der Schlüssel von {origin} hat den Stand mit {size} Einträgen signiert.',
  'checkpoint.malformed': 'Der Checkpoint ist nicht lesbar: {reason}.',
  'checkpoint.unsigned': 'Der letzte Schlüssel des Logs hat diesen Checkpoint nicht signiert.',
  'checkpoint.signatures':
    'Der Checkpoint trägt neben der Signatur des Logs weitere, die hier nichts prüft.',
  'checkpoint.origin': 'Der Checkpoint gehört zu einem anderen Log als der erste Eintrag.',
  'checkpoint.key-name': 'Ein Schlüssel des Logs trägt nicht den Namen des Logs.',
  'checkpoint.extensions': 'Der Checkpoint sagt mehr, als er darf: {reason}.',

  'handovers.pass':
    '{count} Schlüsselübergaben, jede durch die, die den Schlüssel wechseln dürfen.',
  'handovers.pass-elected':
    '{count} Schlüsselübergaben, jede durch die, die den Schlüssel wechseln dürfen; {elections} davon durch die Stimmen einer Gruppe, für die der vorherige Schlüssel einsteht.',
  'handovers.none': 'Das Log hatte nur einen Schlüssel.',
  'handovers.gap':
    'Übergabe {number} geht nicht vom vorherigen Schlüssel aus: Eine fehlt oder ist falsch.',
  'handovers.key': 'Übergabe {number} geht nicht an einen anderen Schlüssel desselben Logs.',
  'handovers.place':
    'Übergabe {number} steht nicht dort, wo das Log nach ihren Angaben weitergegangen ist.',
  'handovers.root': 'Übergabe {number} nennt einen anderen Wurzel-Hash, als das Log damals hatte.',
  'handovers.unsigned':
    'Übergabe {number} ist weder von beiden Schlüsseln noch vom Notschlüssel signiert.',

  'elections.idle': 'Die Gruppe in Eintrag {index} hat niemanden gewählt.',
  'elections.order': 'Die Gruppe in Eintrag {index} steht nicht nach der vorherigen.',
  'elections.unproven':
    'Nichts zeigt, dass der vorherige Schlüssel für die Gruppe in Eintrag {index} einsteht: Wer den nächsten Schlüssel erzeugt hat, könnte sie eingesetzt haben.',
  'elections.other-log':
    'Für die Gruppe in Eintrag {index} steht der vorherige Schlüssel in einem anderen Log ein als diesem.',
  'elections.unsigned':
    'Übergabe {number} beruht auf Stimmen und ist nicht vom neuen Schlüssel allein signiert.',
  'elections.not-shown':
    'Übergabe {number} beruht auf Stimmen der Gruppe in Eintrag {index}, die die Datei nicht zeigt.',
  'elections.older': 'Übergabe {number} beruht auf einer älteren Gruppe als die vorherige Wahl.',
  'elections.group':
    'Übergabe {number} beruht auf einer anderen Gruppe als der in Eintrag {index}.',
  'elections.term':
    'Übergabe {number} liegt in keiner späteren Amtszeit als die vorherige Wahl oder als die, in der ihre Gruppe (Eintrag {index}) benannt wurde.',
  'elections.writer':
    'Übergabe {number} geht an einen Knoten, den die Gruppe in Eintrag {index} nicht schreiben lässt.',
  'elections.voters':
    'Übergabe {number} trägt Stimmen, die nicht von Mitgliedern der Gruppe in Eintrag {index} sind, oder zwei von einem.',
  'elections.votes':
    'Übergabe {number} trägt weniger Stimmen, als die Gruppe in Eintrag {index} verlangt.',
  'elections.head':
    'Übergabe {number} zeigt einen Stand, den der vorherige Schlüssel nicht oder nicht bis zu seinem Ende signiert hat.',
  'elections.signature': 'Übergabe {number} trägt eine Stimme oder Wahl, die nicht signiert ist.',

  'log-identity.pass-recovery-key':
    'Der von Ihnen hinterlegte Notschlüssel {recoveryKey} hat den jetzigen Schlüssel des Logs signiert.',
  'log-identity.pass-log-key': 'Sie haben den jetzigen Schlüssel des Logs hinterlegt.',
  'log-identity.pass-seal':
    'Gesiegelt von {signer}; das Zertifikat führt zu einem von Ihnen hinterlegten (beurteilt zum {at}).',
  'log-identity.pass-elected-key':
    'Sie haben einen früheren Schlüssel des Logs hinterlegt, oder den Notschlüssel, der ihn gab; die Gruppe, für die er einsteht, hat die späteren gewählt.',
  'log-identity.self': 'Nur die Datei selbst sagt, dass dies {origin} ist.',
  'log-identity.self-sealed':
    'Gesiegelt von {signer}; dafür steht keiner Ihrer Vertrauensanker ein. {reason}',
  'log-identity.recovery-signature':
    'Der vom Log genannte Notschlüssel hat den jetzigen Schlüssel des Logs nicht signiert.',
  'log-identity.name': 'Das Log hat einen Namen, der nicht gesiegelt werden kann, und ein Siegel.',
  'log-identity.contradicted':
    'Sie haben für {name} einen anderen Notschlüssel hinterlegt als den, den dieses Log nennt.',
  'log-identity.ended-key':
    'Der Schlüssel, der dies signiert hat, wurde bei {size} Einträgen durch den von Ihnen hinterlegten Notschlüssel außer Gebrauch gesetzt: Größeres wird von ihm nicht angenommen, und dies zeigt {shown}. Wer die Datei erstellt hat, könnte den Schlüssel gestohlen haben.',
  'log-identity.ended-tree':
    'Bei {size} Einträgen, wo sein Schlüssel außer Gebrauch gesetzt wurde, war das Log ein anderes, als diese Datei zeigt. Wer die Datei erstellt hat, könnte den Schlüssel gestohlen haben.',
  'log-identity.other-handover':
    'Der Schlüssel, der bei {size} Einträgen außer Gebrauch gesetzt wurde, wird hier anders übergeben als durch den von Ihnen hinterlegten Notschlüssel. Wer die Datei erstellt hat, könnte den Schlüssel gestohlen haben.',

  'cms.not-genuine': 'Die Signatur hält der Prüfung nicht stand ({subIndication}): {reason}',

  'batch.pass': 'Der Stapel an Eintrag {index} umfasst die ersten {size} Einträge des Logs.',
  'batch.origin': 'Der Stapel gehört zu einem anderen Log.',
  'batch.size': 'Der Stapel an Eintrag {index} gibt an, {size} Einträge zu umfassen.',
  'batch.place': 'Der Stapel an Eintrag {index} steht nicht nach dem Eintrag.',
  'batch.root': 'Der Stapel nennt einen anderen Wurzel-Hash, als das Log damals hatte.',
  'batch.unsigned': 'Keine Signatur der Datei gilt dem Stapel.',

  'signature.pass-trusted':
    'Von {signer}; das Zertifikat führt zu einem von Ihnen hinterlegten (beurteilt zum {at}).',
  'signature.pass-self':
    'Eine echte Signatur von {signer}; dafür steht keiner Ihrer Vertrauensanker ein. {reason}',
  'signature.of': 'Es ist eine Signatur über etwas, das nicht in der Datei steht.',
  'signature.version':
    'Was Eintrag {entry} als Fassung vor sich nennt, ist keine Fassung derselben Signatur.',
  'signature.order':
    'Die Signatur an Stelle {index} kommt im Log nicht nach dem, was in der Datei vor ihr steht.',
  'signature.payload': 'Die Datei legt die Signatur selbst nicht offen.',

  'anchor.pass-pinned':
    'Stand mit {headSize} Einträgen, in Block {height} von {chain} ({time}), {confirmations} Blöcke gezeigt, verbunden mit einem von Ihnen hinterlegten Block.',
  'anchor.pass-headers':
    'Stand mit {headSize} Einträgen, in Block {height} von {chain} ({time}), {confirmations} Blöcke gezeigt, verglichen mit den von Ihnen gewählten Blockköpfen.',
  'anchor.pass-checkpoint':
    'Stand mit {headSize} Einträgen, in Block {height} von {chain} ({time}), {confirmations} Blöcke gezeigt, verbunden mit einem Block, den dieses Prüfprogramm mitbringt.',
  'anchor.pass-self':
    'Stand mit {headSize} Einträgen, in Block {height} von {chain} ({time}), {confirmations} Blöcke gezeigt: Arbeitsnachweis allein, über der Mindestschwierigkeit; keiner davon ist mit einem mitgebrachten oder von Ihnen hinterlegten Block verbunden.',
  'anchor.pass-development-pinned':
    'Stand mit {headSize} Einträgen, in Block {height} von {chain} ({time}), {confirmations} Blöcke gezeigt, bis zu einem von Ihnen hinterlegten. Blöcke dieser Kette kosten wenig oder nichts: Anderen beweist das nichts.',
  'anchor.pass-development':
    'Stand mit {headSize} Einträgen, in Block {height} von {chain} ({time}), {confirmations} Blöcke gezeigt; kein von Ihnen hinterlegter baut darauf auf. Blöcke dieser Kette kosten wenig oder nichts: Das beweist nichts.',
  'anchor.after-not-present':
    'Die Datei enthält keinen Anker: Nur die eigene Uhr des Logs sagt, wann.',
  'anchor.before-not-present': 'Die Datei enthält keinen verankerten Stand ohne den Eintrag.',
  'anchor.malformed': 'Nicht lesbar: {where}: {reason}.',
  'anchor.chain': 'Der Beweis ab {where} hält nicht stand: {reason}.',
  'anchor.origin': 'Der verankerte Stand gehört zu einem anderen Log.',
  'anchor.inconsistent':
    'Der verankerte Stand ({headSize} Einträge) ist kein Anfang des Logs im Checkpoint ({size}).',
  'anchor.log-map': 'Der verankerte Stand ist nicht im Verzeichnis seines Mandanten.',
  'anchor.tenant-map':
    'Das Verzeichnis des Mandanten ist nicht im Verzeichnis der Mandanten enthalten.',
  'anchor.tenant':
    'Der verankerte Stand ist unter einem anderen Mandanten abgelegt als dem des Logs.',
  'anchor.epoch': 'Die Epoche ist nicht in dem Baum, auf den sich die Transaktion festlegt.',
  'anchor.unattributed':
    'Die Transaktion gehört nicht zu der Kette von Ankern, die die Epoche nennt.',
  'anchor.after-size':
    'Der verankerte Stand ({headSize} Einträge) enthält Eintrag {index} noch nicht.',
  'anchor.after-time':
    'Der Eintrag will um {recordedAt} aufgezeichnet sein, also nach dem Block, der ihn enthält ({other}).',
  'anchor.before-size':
    'Der verankerte Stand ({headSize} Einträge) enthält Eintrag {index} bereits.',
  'anchor.before-epoch': 'Der Block deckt eine neuere Epoche ab als die gezeigte.',
  'anchor.before-time':
    'Der Eintrag will um {recordedAt} aufgezeichnet sein, also deutlich vor einer Epoche, die ihn nicht enthält ({other}).',
  'anchor.pair-handle': 'Die beiden Anker gehören in den Verzeichnissen zu verschiedenen Logs.',
  'anchor.pair-chain': 'Die beiden Anker gehören nicht zu einer Kette von Transaktionen.',
  'anchor.pair-order': 'Der Anker ohne den Eintrag kommt nicht vor dem mit ihm.',

  'stamp.pass':
    'Stand mit {headSize} Einträgen, zeitgestempelt um {at} von {authority}; das Zertifikat führt zu einem, das Sie vorgeben.',
  'stamp.untrusted':
    'Die Datei zeigt einen Zeitstempel von {at} von {authority}, für den keine Ihrer Wurzeln einsteht ({reason}): Er gilt nichts.',
  'stamp.malformed': 'Nicht lesbar: {where}: {reason}.',
  'stamp.epoch': 'Die Epoche ist nicht im Baum des Checkpoints, der gestempelt wurde.',
  'stamp.not-genuine': 'Der Zeitstempel hält nicht ({subIndication}): {reason}',
  'stamp.size': 'Der gestempelte Stand ({headSize} Einträge) enthält Eintrag {index} noch nicht.',
  'stamp.time':
    'Der Eintrag will um {recordedAt} aufgezeichnet sein, also nach dem Zeitstempel darüber ({at}).',
  'witnessed.pass':
    'Stand von {headSize} Einträgen, unter einem Checkpoint, den bis {at} genügend der von Ihnen genannten Zeugen mitsigniert haben: {witnesses}.',
  'witnessed.no-policy':
    'Die Datei zeigt einen mitsignierten Stand mit dem Eintrag, doch Sie haben keine Zeugen genannt: Er gilt nichts.',
  'witnessed.too-few':
    'Die Datei zeigt einen mitsignierten Stand mit dem Eintrag, doch zu wenige der von Ihnen genannten Zeugen haben ihn mitsigniert.',
  'witnessed.malformed': 'Unlesbar: {where}: {reason}.',
  'witnessed.unsigned':
    'Der Schlüssel des Epochen-Logs hat den mitsignierten Checkpoint nicht signiert.',
  'witnessed.origin':
    'Der mitsignierte Checkpoint ist nicht von einem Epochen-Log des Knotens dieses Logs.',
  'witnessed.contradicted':
    'Sie haben einen anderen Schlüssel des Epochen-Logs hinterlegt als den gezeigten.',
  'witnessed.epoch': 'Die Epoche ist nicht im Baum des mitsignierten Checkpoints.',
  'witnessed.time':
    'Der Eintrag gibt an, am {recordedAt} aufgezeichnet zu sein, nachdem Zeugen ihn gesehen haben ({other}).',

  'not-proven.truth':
    'Dass wahr ist, was der Datensatz sagt: nur, dass es aufgezeichnet wurde, und wann.',
  'not-proven.other-entries':
    'Irgendetwas über Einträge, die nicht in dieser Datei sind, etwa spätere Fassungen oder Widerrufe.',
  'not-proven.later-keys':
    'Dass der Schlüssel des Logs nach der Ausfertigung dieser Datei weder ersetzt noch als gestohlen gemeldet wurde.',
  'not-proven.revocation':
    'Dass kein Zertifikat gesperrt war, über das in dieser Datei niemand Auskunft gibt, oder später als diese Auskunft.',
  'not-proven.recorded-time':
    'Wann der Eintrag aufgezeichnet wurde: Das sagt nur die eigene Uhr des Logs.',
  'not-proven.block-time':
    'Die Zeit eines Blocks auf die Minute: Die Uhr eines Blocks kann um etwa zwei Stunden falsch gehen.',
  'not-proven.chain':
    'Dass die Blöcke zur wirklichen Kette gehören: Keiner von ihnen ist mit einem von Ihnen hinterlegten Block verbunden.',
  'not-proven.not-yet':
    'Dass es den Eintrag zuvor nirgends gab: nur, dass das Log, wie es damals verankert wurde, ihn nicht enthielt. Ein Eintrag, der entsteht, während ein Anker auf seinen Block wartet, zählt zum nächsten Anker.',
  'not-proven.header':
    'Wen der Datensatz betrifft und wer ihn verfasst hat: Die Datei legt die Kopfdaten nicht offen.',
  'not-proven.payload': 'Was der Datensatz sagt: Die Datei legt die Nutzdaten nicht offen.',
  'not-proven.subject':
    'Dass das Kennzeichen, unter dem das Log den Betroffenen führt, für den Namen in den Kopfdaten steht.',
  'not-proven.claim': 'Dass der Verfasser die Erklärung signiert hat.',
  'not-proven.claim-key':
    'Dass der Schlüssel, der die Erklärung signiert hat, damals der des Verfassers war, wo die Datei dessen Geschichte nicht zeigt ({count}): Das Protokoll sagt, es geprüft zu haben.',
  'not-proven.author-later':
    'Wann die Schlüssel eines Verfassers kamen und gingen, und dass es kein späteres Ereignis von ihm gab, als der Eintrag entstand: Davon sagt das Protokoll, es geprüft zu haben. Auch nicht, dass seither kein Schlüssel als gestohlen gemeldet wurde.',
  'not-proven.author-name':
    'Wer ein Verfasser ist, den Sie nicht festgelegt haben ({count}): Der Name steht für die Schlüssel, mit denen er begann.',
  'not-proven.signature':
    'Dass die Signatur echt ist: Der Eintrag, den sie signiert, ist nicht in dieser Datei.',
  'not-proven.parts':
    'Was der Eintrag über andere Personen sagt: Das wird jeweils in einer eigenen Datei offengelegt.',
  'not-proven.elections':
    'Dass keine neuere Gruppe benannt war, als die Knoten des Logs wählten, wer schreibt: Das sieht, wer dem Log folgt; und ausgeschiedene Mitglieder könnten von einer Stelle davor an allein weitergemacht haben.',
  'not-proven.loss': 'Was das verlorene Log enthielt: Dieses hat neu begonnen.',

  'development.devchain':
    'Die Anker stehen in einer Entwicklungskette: Deren Blöcke kosten nichts und beweisen höchstens eine Reihenfolge.',
  'development.seal':
    'Ein Zertifikat stammt von der eingebauten Entwicklungsstelle: Niemand hat einen Namen geprüft.',
  'development.chain': 'Die Anker stehen in {chain}, dessen Blöcke so gut wie nichts kosten.',
  'development.trust':
    'Die Datei mit Vertrauensankern „{name}“ sagt, dass ihr Inhalt für die Entwicklung gemacht ist.',
};
