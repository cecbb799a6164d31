/** What the page itself says, beside the reports: those have catalogues of their own (src/evidence). */
import type { Language } from '../../src/evidence/languages.js';
import type { Problem } from './judge.js';

export interface PageTexts {
  readonly title: string;
  readonly version: string;
  readonly language: string;
  readonly intro: string;
  readonly evidence: ZoneTexts;
  readonly trust: ZoneTexts;
  readonly headers: ZoneTexts;
  readonly files: ZoneTexts;
  readonly reports: string;
  readonly none: string;
  readonly working: string;
  readonly print: string;
  readonly remove: string;
  readonly consistentHint: string;
  readonly unusable: string;
  readonly problems: Readonly<Record<Problem, string>>;
  readonly reason: string;
  readonly checkResult: string;
  readonly check: string;
  readonly plain: string;
  readonly about: readonly AboutTexts[];
}

export interface ZoneTexts {
  readonly title: string;
  readonly explanation: string;
  readonly choose: string;
  readonly drop: string;
}

export interface AboutTexts {
  readonly title: string;
  readonly paragraphs: readonly string[];
}

const ENGLISH: PageTexts = {
  title: 'Verification of evidence',
  version: 'Chirograph evidence verifier',
  language: 'Language',
  intro:
    'This page checks evidence files on this computer. It needs no network and sends nothing: what you give it stays in this window.',
  evidence: {
    title: 'Evidence',
    explanation:
      'One or more evidence files, of up to 64 MiB each, or collections, of up to 256 MiB; or containers of either (ASiC).',
    choose: 'Choose evidence files',
    drop: 'or drop them here',
  },
  trust: {
    title: 'Roots of trust',
    explanation:
      'Trust files from a source of your own: certificates, keys and blocks that you trust. Not from whoever gave you the evidence. Without them, a report says at most that the evidence is consistent.',
    choose: 'Choose trust files',
    drop: 'or drop them here',
  },
  headers: {
    title: 'Block headers',
    explanation:
      'For anchors, if you like: consecutive headers of the best chain from a Bitcoin node of your choice, raw, 80 bytes each, at most 4,096. The name of the file says of which network they are and how high the first one is: mainnet-935000.headers.',
    choose: 'Choose header files',
    drop: 'or drop them here',
  },
  files: {
    title: 'Files to compare',
    explanation:
      'Files of any size, if you have them: each report says whether they are attachments of a record, or the content of a file, that its evidence shows. Their names do not matter, only what is in them.',
    choose: 'Choose files',
    drop: 'or drop them here',
  },
  reports: 'Report',
  none: 'No evidence file has been given yet.',
  working: 'Verifying …',
  print: 'Print',
  remove: 'Remove',
  consistentHint:
    'On this page, roots of trust are given above, under “Roots of trust”, instead of with --trust.',
  unusable: 'NOT JUDGED',
  problems: {
    EVIDENCE_MALFORMED:
      'This is not an evidence file: it is something else, or cut short, or not in the one form that such files have.',
    EVIDENCE_FORMAT_NEWER:
      'This evidence file was written by a newer version of the program. Verify it with that version.',
    TRUST_MALFORMED:
      'A file of trust or of headers is none, or its headers do not hold. Nothing is judged until it is removed or mended.',
    TRUST_FORMAT_NEWER:
      'A trust file was written for a newer version of the program. Nothing is judged until it is removed.',
    HANDOVER_MALFORMED:
      'A signed handover is none, or its signature does not hold. Nothing is judged until it is removed or mended.',
    HEADERS_UNNAMED:
      'A file of headers does not say in its name what they are: NETWORK-HEIGHT.headers, of mainnet, testnet, testnet4 or signet. Nothing is judged until it is removed or renamed.',
    TOO_LARGE: 'The file is larger than files of its kind may be. It was not read.',
    UNREADABLE: 'The browser could not read the file.',
    BROKEN:
      'The verifier itself failed on this file. That says nothing about the evidence; use verify.mjs, and tell its makers.',
  },
  reason: 'Reason',
  checkResult: 'Result',
  check: 'Check',
  plain: 'The same report as plain text, as verify.mjs prints it',
  about: [
    {
      title: 'Is this page genuine?',
      paragraphs: [
        'A page cannot vouch for itself: a forged one would say the same. Before you rely on it, compare its SHA-256 with the one that the README of this version of Chirograph names, which the build prints too: “sha256sum verify.html” on Linux, “shasum -a 256 verify.html” on macOS, “certutil -hashfile verify.html SHA256” on Windows. Whoever builds it from the sources of this version gets the same bytes.',
        'Get the page from a source of your own, and not from whoever gave you the evidence.',
      ],
    },
    {
      title: 'What leaves this computer?',
      paragraphs: [
        'Nothing. The page carries a policy (Content-Security-Policy) that forbids it every connection, and it holds all of its code. You can disconnect the network before you open it. Browser extensions are not bound by that policy: use a browser without any.',
      ],
    },
    {
      title: 'What does it run?',
      paragraphs: [
        'The same program as the command line verifier verify.mjs, compiled for browsers, with the cryptography of @noble/hashes and @noble/curves in the place of Node’s.',
        'Untried: anchors in Bitcoin mainnet, which no run of this version has made or verified with a live node.',
      ],
    },
  ],
};

const GERMAN: PageTexts = {
  title: 'Prüfung von Nachweisen',
  version: 'Chirograph-Nachweisprüfer',
  language: 'Sprache',
  intro:
    'Diese Seite prüft Nachweisdateien auf diesem Rechner. Sie braucht kein Netz und sendet nichts: Was Sie ihr geben, bleibt in diesem Fenster.',
  evidence: {
    title: 'Nachweise',
    explanation:
      'Eine oder mehrere Nachweisdateien, je bis zu 64 MiB, oder Sammlungen, je bis zu 256 MiB; oder Container davon (ASiC).',
    choose: 'Nachweisdateien wählen',
    drop: 'oder hier ablegen',
  },
  trust: {
    title: 'Vertrauensanker',
    explanation:
      'Dateien mit Vertrauensankern aus einer eigenen Quelle: Zertifikate, Schlüssel und Blöcke, denen Sie vertrauen. Nicht von dem, der Ihnen den Nachweis gegeben hat. Ohne sie sagt ein Bericht höchstens, dass der Nachweis stimmig ist.',
    choose: 'Vertrauensanker wählen',
    drop: 'oder hier ablegen',
  },
  headers: {
    title: 'Block-Header',
    explanation:
      'Für Anker, wenn Sie möchten: aufeinanderfolgende Header der besten Kette aus einem Bitcoin-Knoten Ihrer Wahl, roh, je 80 Bytes, höchstens 4.096. Der Name der Datei sagt, aus welchem Netz sie sind und wie hoch der erste liegt: mainnet-935000.headers.',
    choose: 'Header-Dateien wählen',
    drop: 'oder hier ablegen',
  },
  files: {
    title: 'Dateien zum Vergleich',
    explanation:
      'Dateien beliebiger Größe, wenn Sie welche haben: Jeder Bericht sagt, ob sie Anhänge eines Datensatzes oder der Inhalt einer Datei sind, die sein Nachweis zeigt. Ihre Namen spielen keine Rolle, nur was darin steht.',
    choose: 'Dateien wählen',
    drop: 'oder hier ablegen',
  },
  reports: 'Bericht',
  none: 'Es ist noch keine Nachweisdatei angegeben.',
  working: 'Die Prüfung läuft …',
  print: 'Drucken',
  remove: 'Entfernen',
  consistentHint:
    'Auf dieser Seite werden Vertrauensanker oben unter „Vertrauensanker“ angegeben statt mit --trust.',
  unusable: 'NICHT BEURTEILT',
  problems: {
    EVIDENCE_MALFORMED:
      'Dies ist keine Nachweisdatei: Sie ist etwas anderes, abgeschnitten oder nicht in der einen Form, die solche Dateien haben.',
    EVIDENCE_FORMAT_NEWER:
      'Diese Nachweisdatei stammt von einer neueren Version des Programms. Prüfen Sie sie mit jener Version.',
    TRUST_MALFORMED:
      'Eine Datei mit Vertrauensankern oder Headern ist keine solche, oder ihre Header halten nicht. Nichts wird beurteilt, bis sie entfernt oder berichtigt ist.',
    TRUST_FORMAT_NEWER:
      'Eine Datei mit Vertrauensankern ist für eine neuere Version des Programms geschrieben. Nichts wird beurteilt, bis sie entfernt ist.',
    HANDOVER_MALFORMED:
      'Eine unterschriebene Übergabe ist keine solche, oder ihre Signatur hält nicht. Nichts wird beurteilt, bis sie entfernt oder berichtigt ist.',
    HEADERS_UNNAMED:
      'Eine Datei mit Headern sagt in ihrem Namen nicht, was sie enthält: NETZ-HÖHE.headers, aus mainnet, testnet, testnet4 oder signet. Nichts wird beurteilt, bis sie entfernt oder umbenannt ist.',
    TOO_LARGE: 'Die Datei ist größer, als Dateien ihrer Art sein dürfen. Sie wurde nicht gelesen.',
    UNREADABLE: 'Der Browser konnte die Datei nicht lesen.',
    BROKEN:
      'Der Prüfer selbst ist an dieser Datei gescheitert. Das sagt nichts über den Nachweis; verwenden Sie verify.mjs und melden Sie es den Herstellern.',
  },
  reason: 'Grund (englisch)',
  checkResult: 'Ergebnis',
  check: 'Prüfung',
  plain: 'Derselbe Bericht als reiner Text, wie verify.mjs --lang de ihn ausgibt',
  about: [
    {
      title: 'Ist diese Seite echt?',
      paragraphs: [
        'Eine Seite kann nicht für sich selbst bürgen: Eine gefälschte würde dasselbe sagen. Vergleichen Sie, bevor Sie sich auf sie verlassen, ihren SHA-256 mit dem, den die README dieser Version von Chirograph nennt und den auch der Bau der Seite ausgibt: „sha256sum verify.html“ unter Linux, „shasum -a 256 verify.html“ unter macOS, „certutil -hashfile verify.html SHA256“ unter Windows. Wer sie aus den Quellen dieser Version baut, erhält dieselben Bytes.',
        'Beziehen Sie die Seite aus einer eigenen Quelle und nicht von dem, der Ihnen den Nachweis gegeben hat.',
      ],
    },
    {
      title: 'Was verlässt diesen Rechner?',
      paragraphs: [
        'Nichts. Die Seite trägt eine Vorschrift (Content-Security-Policy), die ihr jede Verbindung verbietet, und enthält ihren ganzen Code. Sie können das Netz trennen, bevor Sie sie öffnen. Erweiterungen des Browsers sind an diese Vorschrift nicht gebunden: Verwenden Sie einen Browser ohne Erweiterungen.',
      ],
    },
    {
      title: 'Was führt sie aus?',
      paragraphs: [
        'Dasselbe Programm wie der Prüfer für die Befehlszeile, verify.mjs, für Browser übersetzt, mit der Kryptographie von @noble/hashes und @noble/curves anstelle der von Node.',
        'Unerprobt: Anker in Bitcoin mainnet, die kein Lauf dieser Version hergestellt oder mit einem laufenden Knoten geprüft hat.',
      ],
    },
  ],
};

export const PAGE_TEXTS: Readonly<Record<Language, PageTexts>> = { en: ENGLISH, de: GERMAN };
