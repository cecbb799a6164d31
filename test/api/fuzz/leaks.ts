/** What an answer must not hold, whoever asks: others' data, secrets, and the insides of the program. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FuzzAnswer } from './send.js';

export interface Forbidden {
  /** For a person to read: `the content of charlie`. */
  readonly what: string;
  readonly text: string;
}

/** An answer's bytes are UTF-8 or nothing in particular: Latin-1 finds a text of ASCII in either. */
export function leaksIn(answer: FuzzAnswer, forbidden: readonly Forbidden[]): string[] {
  const head = answer.headers.map(([name, value]) => `${name}: ${value}`).join('\n');
  const body = Buffer.from(answer.body).toString('latin1');
  const all = `${head}\n${body}`;
  // A page of ours is program text itself, the same for everyone.
  const isPage = /^content-type: text\/html/im.test(head);
  return [
    ...forbidden.filter(({ text }) => all.includes(text)).map(({ what }) => `holds ${what}`),
    ...INSIDES.filter(([, pattern]) => pattern.test(isPage ? head : all)).map(
      ([what]) => `holds ${what}`,
    ),
    ...issuedKeys(answer, body).map(() => 'holds an API key'),
  ];
}

/** The lines of a log that hold what no log may. */
export function leaksInLines(lines: readonly string[], forbidden: readonly Forbidden[]): string[] {
  return lines.flatMap((line) =>
    forbidden.filter(({ text }) => line.includes(text)).map(({ what }) => `${what}: ${line}`),
  );
}

/** As they may stand in a text: as they are, and as bytes are written. */
export function spellings(what: string, secret: Uint8Array): Forbidden[] {
  const bytes = Buffer.from(secret);
  return (['latin1', 'hex', 'base64', 'base64url'] as const).map((encoding) => ({
    what,
    text: bytes.toString(encoding).replace(/=+$/, ''),
  }));
}

/** Every key of a key store: whatever is 32 bytes in base64, and private keys. */
export async function secretsOfKeyStore(directory: string): Promise<Forbidden[]> {
  const found: Forbidden[] = [];
  for (const name of await readdir(directory)) {
    const content: unknown = JSON.parse(await readFile(join(directory, name), 'utf8'));
    for (const [member, value] of Object.entries(content as object))
      if (typeof value === 'string' && (/^[\w+/]{43}=$/.test(value) || member === 'privateKey'))
        found.push(...spellings(`the ${member} of ${name}`, Buffer.from(value, 'base64')));
  }
  return found;
}

/** Neither the fuzz's own texts nor what tenants have stored have any of these. */
const INSIDES: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['a stack trace', /(?:\n|\\n)\s+at .*:\d+/],
  [
    'a name of Node’s insides',
    /node:internal|node_modules|\bERR_[A-Z_]+\b|\b(?:Type|Range|Syntax|Zod)Error\b/,
  ],
  ['a path of the machine', /file:\/\/|\/(?:tmp|home|root|usr|var|work)\/|[A-Z]:\\\\/],
  ['undefined', /\bundefined\b/],
  ['an object as text', /\[object \w+\]/],
];

const ISSUED_KEY = /cg_[0-9a-f]{12}_[\w-]{43}/g;

/** But the one that is shown this once. */
function issuedKeys({ status, headers }: FuzzAnswer, body: string): string[] {
  const head = headers.map(([, value]) => value).join('\n');
  const shown = status === 201 ? body.replace(/"key":"cg_[0-9a-f]{12}_[\w-]{43}"/, '') : body;
  return `${head}\n${shown}`.match(ISSUED_KEY) ?? [];
}
