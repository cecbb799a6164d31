/** What the console says, in German. */
import type { MessageCode } from './messages-en.js';

export const GERMAN: Readonly<Record<MessageCode, string>> = {
  'page.title': 'Konsole',
  'page.version': 'Chirograph {version}',
  'page.language': 'Sprache',
  'page.signOut': 'Abmelden',
  'page.print': 'Drucken',
  'page.waiting': 'Der Knoten ist ausgelastet und bat um einen neuen Versuch in {seconds} s …',
  'page.idle': 'Abgemeldet, weil hier 30 Minuten lang nichts getan wurde.',
  'page.loading': 'Wird geladen …',
  'page.more': 'Mehr anzeigen',
  'page.close': 'Schließen',

  'signIn.title': 'Anmelden',
  'signIn.key': 'API-Schlüssel oder Zugriffstoken',
  'signIn.explain':
    'Er bleibt im Speicher dieses Fensters und ist fort, wenn es geschlossen oder neu geladen wird. Leer lassen, um sich mit einem Client-Zertifikat des Browsers anzumelden.',
  'signIn.record':
    'Diese Seite liest nur. Was sie zeigt, fragt sie den Knoten mit Ihrem Schlüssel, und jeder Lesevorgang wird im Zugriffsbuch vermerkt.',
  'signIn.submit': 'Anmelden',
  'signIn.malformed':
    'Das kann kein Schlüssel sein: Es enthält Leerzeichen oder Zeichen, die kein Schlüssel hat.',

  'find.title': 'Person oder Sache suchen',
  'find.ledger': 'Buch',
  'find.noLedgers': 'Es gibt kein Buch, das dieser Schlüssel sehen darf.',
  'find.moreLedgers': 'Nur die ersten Bücher sind aufgeführt: Nennen Sie hier ein anderes.',
  'find.log': 'Log',
  'find.logWritten': '{origin} (das beschriebene)',
  'find.subject': 'Kennung, genau wie sie eingetragen wurde',
  'find.show': 'Anzeigen',
  'find.unaskable': 'Nach dieser Kennung kann kein Browser fragen: Verwenden Sie die Befehlszeile.',
  'find.field': 'Feld',
  'find.value': 'Wert',
  'find.search': 'Suchen',
  'find.searchExplain': 'Über ein Feld, das das Schema einer Eintragsart auffindbar macht.',
  'find.nothing': 'Zu diesem Wert wurde niemand gefunden.',
  'find.found': 'Gefunden',
  'find.double': 'Mögliche Doublette von {subjects}: Eine Nummer ist dieselbe.',

  'inspection.title': 'Prüfung',
  'inspection.none': 'Ohne Prüfung',
  'inspection.load': 'Offene Prüfungen auflisten',
  'inspection.empty': 'Es gibt keine offene Prüfung dieses Buches.',
  'inspection.choose': 'Lesen im Rahmen von',
  'inspection.one': '{caseId}, {authority}',
  'inspection.basis': 'Rechtsgrundlage',
  'inspection.scope': 'Umfang',
  'inspection.expires': 'Endet',
  'inspection.reading': 'Gelesen im Rahmen der Prüfung {caseId} durch {authority}.',

  'subject.title': 'Betroffener',
  'subject.where': 'im Buch {ledger}',
  'subject.nothing':
    'Zu dieser Kennung ist nichts eingetragen. Sie muss buchstabengetreu so geschrieben sein, wie sie eingetragen wurde.',
  'subject.again': 'Neu laden',

  'times.title': 'Zwei Zeiten',
  'times.explain':
    'Was bekannt war, und wofür es gilt. Jeder Schritt eines Reglers ist eine Änderung; zwischen zwei Schritten ist die Antwort dieselbe.',
  'times.recorded': 'Wie es bekannt war (Zeit der Eintragung)',
  'times.valid': 'Wofür es gilt (Zeit der Gültigkeit)',
  'times.exactRecorded': 'Baumgröße, Zeitpunkt oder Datum',
  'times.exactValid': 'Zeitpunkt oder Datum',
  'times.go': 'Los',
  'times.before': 'vor dem ersten aufgeführten Eintrag',
  'times.newest': 'jetzt',
  'times.until': 'das Ende des geprüften Zeitraums, {until}',
  'times.entry': 'Eintrag {index}',
  'times.validBefore': 'bevor etwas gültig war',
  'times.validAny': 'nicht gefragt: die zuletzt eingetragene Fassung',
  'times.partial': 'Der Regler reicht so weit zurück, wie der Verlauf unten geladen ist.',
  'times.size': 'Baumgröße',
  'times.root': 'Wurzel-Hash',
  'times.instant': 'Stand',
  'times.validAt': 'Gültig am',
  'times.takeFrom': 'Ab hier vergleichen',
  'times.takeTo': 'Bis hier vergleichen',
  'times.dates': 'Ein Datum ist das Ende dieses Tages in {zone}.',

  'state.title': 'Was galt',
  'state.counts':
    'Dinge: {things}. Einträge, alle Fassungen: {entries}. Von anderen genannt: {mentions}.',
  'state.empty': 'An diesem Punkt galt nichts.',
  'state.mentions': 'In Einträgen anderer genannt',
  'state.announce': 'Stand Baumgröße {size}: Dinge {things}',

  'entry.thing': 'Art',
  'entry.valid': 'Gültig',
  'entry.validSpan': 'von {from} bis {to}',
  'entry.validSince': 'ab {from}',
  'entry.validFromRecorded': 'ab der Eintragung',
  'entry.validFromRecordedTo': 'ab der Eintragung bis {to}',
  'entry.recorded': 'Eingetragen',
  'entry.author': 'Verfasser',
  'entry.index': 'Eintrag',
  'entry.id': 'Blatt-Hash',
  'entry.schema': 'Schema',
  'entry.retention': 'Aufbewahrungsklasse',
  'entry.attached': 'Angehängt',
  'entry.attachment': '{size} Bytes {mediaType}, SHA-256',
  'entry.retracts': 'Nimmt zurück',
  'entry.signature': 'Signatur des Eintrags {of}',
  'entry.party': 'Als Beteiligter genannt',
  'entry.part': 'Hat einen Teil daran',
  'entry.erased':
    'Was er enthielt, ist gelöscht: Niemand kann es mehr öffnen. Dass er aufgezeichnet wurde, bleibt bewiesen.',
  'entry.history': 'Fassungen',
  'entry.json': 'JSON',
  'entry.signatures': 'Signaturen',
  'entry.evidence': 'Nachweisdatei',
  'entry.cut': 'Der Rest steht im JSON.',
  'entry.content': 'Was eingetragen wurde',
  'entry.field': 'Feld',
  'entry.value': 'Wert',

  'mark.durable': 'dauerhaft',
  'mark.replicated': 'repliziert',
  'mark.witnessed': 'bezeugt',
  'mark.timestamped': 'mit Zeitstempel',
  'mark.anchored': 'verankert',
  'mark.waiting': 'noch nicht {mark}',
  'mark.development': 'Entwicklungskette: beweist anderen nichts',
  'mark.title': 'Stand des Nachweises',

  'proof.title': 'Ist das alles?',
  'proof.explain':
    'Der Knoten kann nachweisen, dass eine Antwort nichts auslässt. Er macht den Nachweis, wenn er gefragt wird.',
  'proof.ask': 'Nachweis anfordern',
  'proof.claim':
    'Der Knoten sagt: {count} Einträge unterhalb der Baumgröße {size} tragen das Kennzeichen dieser Kennung; den Nachweis hat er mitgeschickt.',
  'proof.absent':
    'Der Knoten sagt: Kein Eintrag unterhalb der Baumgröße {size} trägt das Kennzeichen dieser Kennung; den Nachweis hat er mitgeschickt.',
  'proof.listRoot': 'Wurzel der Liste',
  'proof.checkpoint': 'Checkpoint',
  'proof.allListed': 'Der Verlauf auf dieser Seite führt sie alle auf.',
  'proof.missing':
    'Der Verlauf auf dieser Seite führt {missing} davon nicht auf. Laden Sie den Rest; fehlen sie dann immer noch, widerspricht der Knoten sich selbst.',
  'proof.unverified':
    'Diese Seite hat davon nichts geprüft, und sie kommt vom Knoten. Prüfen Sie selbst: Speichern Sie unten die Nachweisdatei der ganzen Antwort und öffnen Sie sie mit verify.html oder verify.mjs, auf einem eigenen Rechner, mit eigenen Vertrauensankern. Vollständig ist sie für diese Kennung, nicht für einen Menschen, der zwei hat.',

  'timeline.title': 'Zeitlicher Verlauf',
  'timeline.explain': 'Alles dazu Eingetragene, das Neueste zuerst.',
  'timeline.here': 'Stand von hier',
  'timeline.changed': 'Was es änderte',
  'timeline.size': 'bis zur Baumgröße {size}',

  'diff.title': 'Vergleich',
  'diff.explain': 'Was sich zwischen zwei Punkten änderte, Feld für Feld.',
  'diff.from': 'Von',
  'diff.to': 'Bis',
  'diff.asOf': 'Zeit der Eintragung',
  'diff.validAt': 'Zeit der Gültigkeit',
  'diff.compare': 'Vergleichen',
  'diff.needsFrom': 'Sagen Sie, von wo an: eine Baumgröße, ein Zeitpunkt oder ein Datum.',
  'diff.between': 'Von Baumgröße {from} bis Baumgröße {to}.',
  'diff.counts': 'Dinge, die sich unterscheiden: {changed}. Unverändert: {unchanged}.',
  'diff.same': 'Zwischen beiden unterscheidet sich nichts.',
  'diff.added': 'neu',
  'diff.removed': 'fort',
  'diff.changed': 'geändert',
  'diff.before': 'Vorher',
  'diff.after': 'Nachher',
  'diff.change': 'Änderung',
  'diff.otherVersion': 'Eine andere Fassung mit demselben Inhalt.',

  'files.title': 'Dateien zum Mitnehmen',
  'files.point': 'Von dem Punkt, der oben gezeigt wird.',
  'files.collection': 'Nachweis der ganzen Antwort',
  'files.collectionExplain':
    'Alle Einträge mit dem Nachweis, dass es alle sind, für verify.html und verify.mjs.',
  'files.trust': 'Vertrauensanker dieses Knotens',
  'files.trustExplain':
    'Wem Sie nach dem Wort des Knotens vertrauen sollen. Um den Knoten zu beurteilen, beziehen Sie sie aus anderer Quelle.',
  'files.ndjson': 'Einträge als NDJSON',
  'files.csv': 'Einträge als CSV',
  'files.person': 'Alle Daten dieser Person',
  'files.personPdf': 'Alle Daten dieser Person zum Lesen (PDF)',
  'files.personExplain':
    'Für die Person selbst (Art. 15 DSGVO). Braucht einen Officer oder einen Admin.',
  'files.package': 'Übergabepaket der Prüfung',
  'files.packagePdf': 'Übergabepaket als Bericht (PDF)',
  'files.fetching': '{what} wird geholt …',
  'files.cancel': 'Abbrechen',
  'files.saved': '{name} gespeichert: {bytes} Bytes.',
  'files.digest': 'SHA-256 {digest}',

  'signatures.title': 'Signaturen zu Eintrag {index}',
  'signatures.explain':
    'So beurteilt sie der Knoten, zu der Zeit, zu der jede aufgezeichnet wurde. Was die Beweisdatei sagt, können Sie selbst beurteilen.',
  'signatures.none': 'Niemand hat ihn signiert.',
  'signatures.number': 'Signatur {number}',
  'signatures.counter': 'Signatur {number}, über einer anderen',
  'signatures.signer': 'Unterzeichner',
  'signatures.unknown': 'nicht bekannt',
  'signatures.level': 'Erreichte Stufe',
  'signatures.levelNone': 'keine ist bewiesen; aufgebaut ist sie wie {structure}',
  'signatures.levelLess': '{level} ist bewiesen; aufgebaut ist sie wie {structure}',
  'signatures.waiting': 'Wartet auf',
  'signatures.waits': '{step}, seit {since}. Nächster Versuch {until}. Grund: {reason}',
  'signatures.setAside':
    '{step}, seit {since}. Zurückgestellt, bis jemand nachsieht. Grund: {reason}',
  'signatures.step.T': 'einen Zeitstempel (B-T)',
  'signatures.step.LT': 'Prüfdaten (B-LT)',
  'signatures.step.LTA': 'einen Archivzeitstempel (B-LTA)',
  'signatures.step.renewal': 'einen weiteren Archivzeitstempel',
  'signatures.verdict': 'Urteil',

  'history.title': 'Fassungen dieses Dings, die neueste zuerst',
  'json.title': 'Eintrag {index}, wie der Knoten ihn schickte',
  'json.cut': 'Nur die ersten {shown} von {of} Zeichen sind zu sehen.',

  'problem.retry': 'Neuer Versuch in {seconds} s möglich.',
  'problem.request': '(Anfrage {request})',
  'problem.NETWORK':
    'Der Knoten ist nicht zu erreichen. Prüfen Sie die Verbindung, und ob er läuft.',
  'problem.ANSWER_UNUSABLE':
    'Die Antwort ist keine dieser Version des Knotens. Laden Sie die Seite neu; etwas dazwischen kann sie auch verändert haben.',
  'problem.BROKEN': 'Die Seite selbst ist gescheitert. Laden Sie sie neu und melden Sie es.',
  'problem.ACCESS_KEY_MISSING': 'Ein Schlüssel ist nötig: Geben Sie einen ein.',
  'problem.ACCESS_KEY_UNKNOWN':
    'Der Knoten kennt diesen Schlüssel nicht. Prüfen Sie, ob er ganz eingegeben ist, oder lassen Sie einen neuen ausstellen.',
  'problem.ACCESS_KEY_REVOKED': 'Der Schlüssel ist widerrufen. Lassen Sie einen neuen ausstellen.',
  'problem.ACCESS_TOKEN_INVALID': 'Das Zugriffstoken wird nicht angenommen. Holen Sie ein neues.',
  'problem.ACCESS_CERTIFICATE_UNKNOWN':
    'Das Client-Zertifikat wird nicht angenommen. Geben Sie einen Schlüssel ein, oder lassen Sie das Zertifikat eintragen.',
  'problem.ACCESS_DENIED': 'Der Schlüssel erlaubt das nicht.',
  'problem.INSPECTION_REQUIRED':
    'Ein Prüfer liest Inhalte nur im Rahmen einer offenen Prüfung: Wählen Sie oben eine, oder lassen Sie eine eröffnen.',
  'problem.INSPECTION_UNKNOWN':
    'Für diesen Schlüssel gibt es keine solche Prüfung. Listen Sie sie neu auf.',
  'problem.INSPECTION_CLOSED': 'Die Prüfung ist abgeschlossen: Wählen Sie eine andere.',
  'problem.INSPECTION_EXPIRED': 'Die Prüfung ist abgelaufen: Wählen Sie eine andere.',
  'problem.INSPECTION_OUT_OF_SCOPE': 'Die Prüfung deckt nicht alles davon.',
  'problem.LEDGER_UNKNOWN':
    'Es gibt kein solches Buch, oder es ist vor diesem Schlüssel verborgen.',
  'problem.LEDGER_SIZE_UNKNOWN':
    'So weit ist das Buch nicht: Fragen Sie nach einer Größe oder Zeit, die hinter ihm liegt.',
  'problem.LEDGER_READ_ONLY':
    'Der Knoten darf jetzt nicht schreiben, kann also keinen Lesevorgang vermerken und zeigt nichts.',
  'problem.TIME_MALFORMED':
    'Das ist keine Zeit: Schreiben Sie einen Zeitpunkt wie 2026-01-31T23:59:59.000Z oder ein Datum wie 2026-01-31.',
  'problem.DATE_NOT_IN_ZONE':
    'Die gesetzliche Zeitzone hat dieses Datum ausgelassen: Fragen Sie nach einem anderen.',
  'problem.QUERY_SUBJECT_UNKNOWN':
    'Zu dieser Kennung ist nichts eingetragen, und es gibt kein Kennzeichen, dessen Fehlen nachzuweisen wäre.',
  'problem.QUERY_TOO_BROAD':
    'Das ist mehr, als eine Antwort fasst: Fragen Sie nach einer kürzeren Zeit.',
  'problem.CURSOR_INVALID': 'Die Liste lässt sich nicht fortsetzen: Laden Sie sie neu.',
  'problem.LOGIN_RATE_LIMITED':
    'Zu viele gescheiterte Anmeldungen: Prüfen Sie den Schlüssel und warten Sie.',
  'problem.REQUEST_RATE_LIMITED': 'Zu viele Anfragen: Warten Sie.',
  'problem.SERVER_BUSY': 'Der Knoten ist ausgelastet: Warten Sie.',
  'problem.VIEW_BEHIND': 'Der Knoten ist noch nicht so weit: Warten Sie.',
  'problem.ROUTE_UNKNOWN': 'Das kann dieser Knoten nicht.',
  'problem.METHOD_NOT_ALLOWED': 'Das kann dieser Knoten nicht.',
  'problem.INTERNAL':
    'Der Knoten ist gescheitert. Sein Protokoll sagt unter der Nummer der Anfrage, weshalb.',
};
