/** The texts of a certificate of destruction in German: the codes and facts of `messages-en`. */
import type { CertificateCatalogue } from './messages-en.js';

export const GERMAN: CertificateCatalogue = {
  title: 'Vernichtungsbescheinigung {id}',
  'title.provisional': 'Vernichtungsbescheinigung {id} (vorläufig)',

  'label.meant': 'was gemeint war',
  'label.reason': 'Grund',
  'label.legal-basis': 'Rechtsgrundlage',
  'label.asked': 'beantragt',
  'label.approved': 'genehmigt',
  'label.judged': 'beurteilt',
  'label.completed': 'abgeschlossen',
  'label.kept-in': 'aufbewahrt in',

  'meant.person': 'eine Person, in Aussagen {tag}',
  'meant.person.unknown': 'eine Person, in keiner Aussage',
  'meant.due': 'alles, was fällig war',
  'meant.due.class': 'der Klasse {class}',
  'meant.due.through': 'aufgezeichnet bis {through}',
  'by.whom': '{at} von {author} mit {key}',
  entry: '{ledger}, Eintrag {index}, {id}',

  destroyed: 'Vernichtet:',
  'destroyed.class': '{class} von {month}: {secrets} Geheimnisse',
  'destroyed.tags': 'Kennzeichen von {persons} Personen',
  vault:
    'Der Tresor ging von Generation {before} auf {after} über; der Schlüssel von {before} wurde vernichtet.',

  'kept.none': 'Nichts von dem, was gemeint war, wurde behalten.',
  kept: 'Behalten, und warum:',
  'kept.class': '{class} von {month}: {secrets} Geheimnisse: {reasons}',
  'kept.more': 'und {secrets} weitere Geheimnisse',
  'kept.tags': 'die Kennzeichen: {reasons}',
  more: 'Es war mehr fällig, als eine Löschung vernichtet: Beantragen Sie eine weitere.',
  'reason.policy': '{basis} bewahrt es bis {dueAt}',
  'reason.policy.endless': '{basis} bewahrt es, ohne ein Ende, das sich schreiben lässt',
  'reason.clock': '{basis} bewahrt es, und die Frist läuft nicht: {why}',
  'reason.hold': 'Fall {caseId} ({authority}) hält es zurück',
  'reason.hold.until': 'Fall {caseId} ({authority}) hält es bis {until} zurück',
  'reason.lock': 'Dateien des Laufwerks {drive} sind von Rechts wegen gesperrt (Legal Hold)',
  'reason.lock.until': 'Dateien des Laufwerks {drive} sind bis {until} gesperrt',
  'reason.own': 'es gehört dem Mandanten selbst',
  'reason.data-left': 'andere Daten der Person sind noch da',

  stays: 'Was bleibt: Aussagen und Beweise der Einträge, ohne Inhalt; und was Einträge',
  'stays.others': 'anderer sagen, in denen die Person Verfasser, Beteiligte oder erwähnt ist.',
  'stays.entries': '{ledger}: {count} Einträge',
  'stays.entries.least': '{ledger}: mindestens {count} Einträge',
  disclosed: 'Was vorher offengelegt wurde, bleibt bei dem, der es mitgenommen hat.',
  'disclosed.entries': '{count} Einträge von _access haben diese Person offengelegt:',
  'disclosed.entries.least':
    'mindestens {count} Einträge von _access haben diese Person offengelegt:',

  interrupted:
    'Ein Absturz hat verhindert, dass alles Beurteilte benannt wurde: Dieser Teil bleibt. Beantragen Sie eine weitere Löschung.',
  holders: 'Kopien des Tresors und seiner Schlüssel, die der Knoten gemacht oder ausgegeben hat:',
  'holders.backup': 'Sicherungsziel {id}: hat Generation {generation} des Tresors ({at})',
  'holders.backup.silent':
    'Sicherungsziel {id}: hat nicht bestätigt; es hält vielleicht noch die zerstörte',
  'holders.escrow':
    'Kopie {id} der Hinterlegung, Generation {generation}: Vernichtung bestätigt am {at}',
  'holders.escrow.silent':
    'Kopie {id} der Hinterlegung, Generation {generation}: Niemand hat die Vernichtung bestätigt',
  'holders.member':
    'Mitglied {id} eines gemeinsam geführten Buchs: hat unterschrieben, dasselbe zerstört zu haben ({at})',
  'holders.member.silent':
    'Mitglied {id} eines gemeinsam geführten Buchs: hat nicht unterschrieben, oder nicht für alle seine Kopien',
  provisional:
    'Vorläufig: Kopien des Schlüsselspeichers, die außerhalb des Knotens gemacht wurden, kennt er nicht,',
  'provisional.copies':
    'und wer eine von vorher hat, kann noch öffnen, wovon diese Bescheinigung handelt.',
};
