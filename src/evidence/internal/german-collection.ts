/** What only the report of a collection says, in German. */
export const GERMAN_COLLECTION = {
  'format.entry-order':
    'Eintrag {entry} steht nicht an seinem Platz: Einträge sind nach ihrer Nummer geordnet.',
  'format.entry-idle': 'Eintrag {entry} steht in der Datei und gehört zu keiner Antwort.',

  'headers.pass':
    '{count} von {entries} Einträgen sind geöffnet: Salz und Kopf ergeben die Festlegung, und beide sagen dasselbe.',
  'headers.not-present': 'Die Datei öffnet keinen Eintrag.',
  'payloads.pass': 'Bei {count} von {entries} Einträgen ergeben Salz und Inhalt die Festlegung.',
  'payloads.not-present': 'Die Datei zeigt keinen Inhalt.',
  'openers.pass':
    'Bei {count} von {entries} Einträgen sind Kennzeichen geöffnet und stehen für das, was der Kopf nennt.',
  'openers.not-present': 'Kein Eintrag öffnet ein eigenes Kennzeichen.',
  'claims.pass': 'Bei {count} von {entries} Einträgen sagt die Erklärung dasselbe wie der Kopf.',
  'claims.not-present': 'Es gibt keine Erklärungen.',
  'inclusion.pass-all': '{count} Einträge und {maps} Karten stehen im Protokoll von {size}.',

  'signatures.pass':
    '{count} echte Signaturen; bei {trusted} führt das Zertifikat zu einem, das Sie hinterlegt haben.',
  'signatures.not-present': 'Kein geöffneter Eintrag ist eine Signatur.',
  'signatures.of-nothing':
    'Was sie unterzeichnet, steht nicht in der Datei oder kommt nicht vor ihr.',
  'signatures.payload': 'Die Datei zeigt die Signatur selbst nicht.',

  'completeness.pass':
    'Zum Stand {asOf}: {count} Einträge tragen das Kennzeichen von {subject}, {notOpened} davon hier nicht geöffnet. Nach der Karte in Eintrag {map} gibt es keinen weiteren.',
  'completeness.pass-unnamed':
    'Zum Stand {asOf}: {count} Einträge tragen das Kennzeichen, {notOpened} davon hier nicht geöffnet. Nach der Karte in Eintrag {map} gibt es keinen weiteren. Dass es das Kennzeichen von {subject} ist, sagt nur die Datei.',
  'completeness.pass-empty':
    'Zum Stand {asOf} trägt nach der Karte in Eintrag {map} kein Eintrag das Kennzeichen. Dass es das von {subject} wäre, sagt nur die Datei.',
  'completeness.ledger': 'Die Frage betrifft das Buch {ledger}, und das ist nicht dieses.',
  'completeness.opener':
    'Der Öffner ergibt aus dem Namen der betroffenen Person nicht das Kennzeichen.',
  'completeness.map-size':
    'Die Karte in Eintrag {index} will {size} Einträge umfassen: mehr, als vor ihr kamen.',
  'completeness.beyond-map':
    'Die Frage gilt dem Stand {asOf}; die Karte umfasst nur {size} Einträge.',
  'completeness.map': 'Die Karte sagt von diesem Kennzeichen nicht, was die Datei sagt.',
  'completeness.items':
    'Die gezeigten Einträge sind nicht der Anfang der Liste: einer fehlt, ist hinzugefügt, verändert oder verstellt.',
  'completeness.cut':
    'Die gezeigten Einträge sind nicht die unter {asOf}: einer gehört nicht dazu, oder einer fehlt.',
  'completeness.stray': 'Der Eintrag trägt das Kennzeichen nicht.',
  'completeness.left-out':
    'Der Eintrag trägt das Kennzeichen und fehlt in der Antwort: die Karte, die ihn auslässt, ist falsch.',
  'completeness.names': 'Der Eintrag trägt das Kennzeichen und betrifft jemand anderen.',
  'completeness.versions':
    'Der Eintrag nennt eine andere vorige Fassung, als die Antwort hat: eine fehlt.',

  'not-proven.outside': 'Was Einträge betrifft, die zu keiner Antwort in dieser Datei gehören.',
  'not-proven.identifier':
    'Dass die betroffene Person kein weiteres Kennzeichen hat: die Antworten sind vollständig für das Kennzeichen; und für diese Bezeichnung, nicht für einen Menschen, der zwei hat.',
  'not-proven.maps':
    'Dass die Karten, nach denen die Antworten vollständig sind, so sind, wie die Einträge sie ergeben: das sagt das Protokoll. Wer das ganze Protokoll gelesen hat (fsck, ein Prüfer), kann es sagen; niemand, der das getan hat, hat diese Datei unterzeichnet.',
  'not-proven.tag':
    'Dass ein Kennzeichen das der betroffenen Person ist, wo kein geöffneter Eintrag der Antwort sie nennt.',
  'not-proven.valid-at':
    'Was zu einem Zeitpunkt galt, wo die Frage keinen nennt: dann steht von jedem Gegenstand die zuletzt eingetragene Fassung, wann immer sie gilt.',
  'not-proven.not-opened':
    'Was {count} nicht geöffnete Einträge sagen: wann sie gelten, und ob sie andere zurückziehen.',
  'not-proven.contents':
    'Was {count} geöffnete Einträge sagen: die Datei zeigt ihren Inhalt nicht.',
  'not-proven.things':
    'Dass Einträge mit Schlüssel Fassungen des Gegenstands sind, den ihr Kopf nennt, wo das Kennzeichen nicht geöffnet ist.',
  'not-proven.inspection': 'Was die Datei von der Prüfung sagt, für die sie gemacht wurde.',

  'title.question': 'Frage {number}: {subject}, im Buch {ledger}',
  'title.inspection': 'Was die Datei von ihrem Zweck sagt (ihr eigenes Wort)',
  'title.signatures.all': 'Signaturen über die Einträge',
  'label.as-of': 'Stand',
  'label.valid-at': 'gültig am',
  'label.types': 'Arten',
  'label.tag': 'Kennzeichen',
  'label.map': 'Karte',
  'label.answer': 'Antwort',
  'label.state': 'Sachstand',
  'label.version': 'Fassung',
  'label.signatures': 'Signaturen',

  'value.as-of': 'die ersten {asOf} Einträge des Protokolls',
  'value.valid-at.none': 'kein Zeitpunkt: von jedem Gegenstand die zuletzt eingetragene Fassung',
  'value.map': 'Eintrag {index}, über {size} Einträge, eingetragen {at}',
  'value.answer':
    '{count} Einträge, {notOpened} davon nicht geöffnet; {mentions} von anderen Personen, die diese nennen',
  'value.answer.failed':
    'nicht verlässlich: die Prüfung der Antwort oder eines Eintrags ist gescheitert',
  'value.state': '{count} Gegenstände',
  'value.state.undetermined':
    '{count} Gegenstände, soweit es sich sagen lässt: ein nicht geöffneter Eintrag kann zu anderer Zeit gelten oder einen zurückziehen',
  'value.version': '{type}, Eintrag {index}, eingetragen {at}',
  'value.version.closed': '{type}, Eintrag {index}, eingetragen {at}, nicht geöffnet',
  'value.more-versions': '… und {count} weitere',
  'value.signatures':
    '{count}, davon führen {trusted} zu einem Zertifikat, das Sie hinterlegt haben',
  'value.of-entry': 'Eintrag {entry}: {detail}',

  'check.signatures': 'Die Schlüssel von Zertifikaten haben die Einträge unterzeichnet',
  'check.completeness': 'Die Antwort hat jeden Eintrag, der das Kennzeichen trägt',
  'means.signatures': 'abgetrennte CAdES-Signaturen (EN 319 102-1)',
  'means.completeness':
    'durch die Karte der Listen (RFC 6962, SHA-256), die das Protokoll eingetragen hat; das Kennzeichen geöffnet (HMAC-SHA-256)',
} as const;
