/** The embedded files and how to check them without us: the end of every report. */
import { sha256Hex } from '../../base/hash.js';
import type { Block, EmbeddedFile } from '../report-document.js';
import type { Say } from '../report-language.js';

export function fileSection(files: readonly EmbeddedFile[], say: Say): readonly Block[] {
  const title: Block = { kind: 'heading', level: 2, text: say('files.title') };
  if (files.length === 0) return [title, { kind: 'paragraph', text: say('files.none') }];
  return [
    title,
    { kind: 'paragraph', text: say('files.about') },
    {
      kind: 'table',
      columns: [
        { title: say('column.file'), share: 24 },
        { title: say('column.description'), share: 24 },
        { title: say('column.size'), share: 9 },
        { title: say('column.sha256'), share: 43, mono: true },
      ],
      rows: files.map(({ name, description, bytes }) => [
        name,
        description,
        String(bytes.length),
        sha256Hex(bytes),
      ]),
    },
  ];
}

/** `exampleFile`: an evidence file that is embedded. */
export function verifySection(exampleFile: string | undefined, say: Say): readonly Block[] {
  const evidence = exampleFile ?? 'FILE';
  return [
    { kind: 'heading', level: 2, text: say('verify.title') },
    { kind: 'paragraph', text: say('verify.about') },
    {
      kind: 'preformatted',
      text: [
        say('verify.step.save'),
        'pdfdetach -saveall REPORT.pdf',
        say('verify.step.digest'),
        `sha256sum ${evidence}`,
        say('verify.step.verify'),
        `node verify.mjs ${evidence} --trust TRUST.json --require attributed`,
      ].join('\n'),
    },
    { kind: 'paragraph', text: say('verify.browser') },
  ];
}
