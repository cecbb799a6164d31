/** An entry as people read it on a terminal. */
import type { Entry } from './answers.js';
import { oneLine } from './terminal.js';

const LABEL_WIDTH = 12;
/** Photos travel as text. */
const MAX_LINE = 160;

type Attachment = NonNullable<Entry['attachments']>[number];

export function entryLines(entry: Entry): readonly string[] {
  const { attachments = [], payload, finality, ...said } = entry;
  const rows = Object.entries(said).map(([name, value]) => row(name, String(value)));
  const content = payload === undefined ? [] : JSON.stringify(payload, null, 2).split('\n');
  return [
    ...rows,
    row('finality', marksOf(finality).join(', ')),
    ...attachments.flatMap(attachmentLines),
    ...content.map((line, at) => (at === 0 ? row('payload', line) : indented(line))),
  ];
}

/** One row would be too long for what one wants to copy from it. */
function attachmentLines({ file, name, mediaType, size, sha256 }: Attachment): string[] {
  const called = name === undefined ? '' : `${name}: `;
  return [
    row('attached', `${called}${size} bytes of ${mediaType}`),
    row('', `  file ${file}`),
    row('', `  SHA-256 ${sha256}`),
  ];
}

function marksOf(finality: Entry['finality']): readonly string[] {
  return (['durable', 'witnessed', 'timestamped', 'anchored'] as const).filter(
    (mark) => finality[mark],
  );
}

function row(name: string, text: string): string {
  return `${name.padEnd(LABEL_WIDTH)}${shortened(oneLine(text))}`;
}

function indented(line: string): string {
  const text = line.trimStart();
  return `${' '.repeat(LABEL_WIDTH + line.length - text.length)}${shortened(oneLine(text))}`;
}

function shortened(text: string): string {
  return text.length <= MAX_LINE ? text : `${text.slice(0, MAX_LINE)}… (${text.length} characters)`;
}
