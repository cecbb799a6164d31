/**
 * The single-file verifier, `verify.mjs`: needs Node and nothing else, opens no connection, writes no file.
 * `npm run build:verifier` makes it; whoever doubts us can read it, or write another from docs/formats.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { hexDigest } from './base/hex-digest.js';
import {
  HEADERS_FORM,
  type HeadersOption,
  MAX_HEADERS_BYTES,
  parseHeadersOption,
} from './evidence/chosen-headers.js';
import { MAX_COLLECTION_BYTES } from './evidence/collection-file.js';
import type { GivenFile } from './evidence/compared-file.js';
import { isLanguage, type Language, LANGUAGES } from './evidence/languages.js';
import type { VerifyResponse } from './evidence/run-verify.js';
import { MAX_TRUST_BYTES } from './evidence/trust.js';
import { runVerifyCommand } from './evidence/verify-command.js';

const PIECE_BYTES = 1024 * 1024;

/** Put in by the build. */
declare const CHIROGRAPH_VERSION: string | undefined;

const HELP = `Usage: node verify.mjs FILE [--trust FILE]… [--headers …]… [--file FILE]…
       [--require attributed] [--lang de|en] [--json]

Verifies an evidence file or a collection, alone or in a container (ASiC), offline and says, check by check,
what was checked, how, and on whose word. Verifies a proof of misbehaviour likewise, and says whether it is proven.

  --trust FILE           roots of trust of your own: certificates, recovery keys, log keys, blocks
                         (JSON; docs/formats/trust.md); may be given more than once
  --headers NETWORK:HEIGHT:FILE
                         consecutive headers of the best chain, raw, from that height on, at most 4,096,
                         from a source of your choice; may be given more than once
  --file FILE            a file that is to be an attachment of the record, or the content of the file, that
                         the evidence shows; may be given more than once
  --require attributed   a file that rests on nothing but its own word is a "no"
  --lang de|en           language of the report for people; English unless given
  --json                 the report as JSON
  --version, --help

Exit code: 0 verified, or verified as consistent; 1 failed, or not attributed where that is required
(of a proof of misbehaviour: always), or a file of --file is nothing that the evidence shows;
2 the input is no evidence file, of a newer format, or cannot be read.

Untried: anchors in Bitcoin mainnet, which no run of this version has made or verified with a live
node. They rest on the same code as regtest; check the first one of yours by hand.
`;

process.exitCode = main(process.argv.slice(2));

function main(args: readonly string[]): number {
  const { exitCode, output, error } = answer(args);
  process.stdout.write(output);
  if (error !== '') process.stderr.write(`verify: ${error}\n`);
  return exitCode;
}

function answer(args: readonly string[]): VerifyResponse {
  const options = readArguments(args);
  if (typeof options === 'string') return unusable(options);
  if (options.help) return { exitCode: 0, output: HELP, error: '' };
  if (options.version) return { exitCode: 0, output: `${version()}\n`, error: '' };
  const [path, ...others] = options.paths;
  if (path === undefined || others.length > 0) return unusable('name one evidence file (--help)');
  const evidence = readFile(path, MAX_COLLECTION_BYTES);
  if (typeof evidence === 'string') return unusable(evidence);
  const trust = [];
  for (const label of options.trust) {
    const bytes = readFile(label, MAX_TRUST_BYTES);
    if (typeof bytes === 'string') return unusable(bytes);
    trust.push({ label, bytes });
  }
  const headers = [];
  for (const option of options.headers) {
    const bytes = readFile(option.path, MAX_HEADERS_BYTES);
    if (typeof bytes === 'string') return unusable(bytes);
    headers.push({ ...option, bytes });
  }
  const files = [];
  for (const name of options.files) {
    const file = hashed(name);
    if (typeof file === 'string') return unusable(file);
    files.push(file);
  }
  const { requireAttributed, json, language } = options;
  return runVerifyCommand({ evidence, trust, headers, files, requireAttributed, json, language });
}

interface Options {
  readonly paths: readonly string[];
  readonly trust: readonly string[];
  readonly headers: readonly HeadersOption[];
  readonly files: readonly string[];
  readonly requireAttributed: boolean;
  readonly language: Language;
  readonly json: boolean;
  readonly help: boolean;
  readonly version: boolean;
}

/** Or why they cannot be used. */
function readArguments(args: readonly string[]): Options | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        trust: { type: 'string', multiple: true },
        headers: { type: 'string', multiple: true },
        file: { type: 'string', multiple: true },
        require: { type: 'string' },
        lang: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
        version: { type: 'boolean' },
      },
    });
    if (values.require !== undefined && values.require !== 'attributed')
      return '--require knows one word: attributed';
    const language = values.lang ?? 'en';
    if (!isLanguage(language)) return `--lang knows ${LANGUAGES.join(', ')}`;
    const headers = (values.headers ?? []).map(parseHeadersOption).filter((one) => one !== null);
    if (headers.length < (values.headers ?? []).length) return `--headers is ${HEADERS_FORM}`;
    return {
      paths: positionals,
      trust: values.trust ?? [],
      headers,
      files: values.file ?? [],
      requireAttributed: values.require === 'attributed',
      language,
      json: values.json ?? false,
      help: values.help ?? false,
      version: values.version ?? false,
    };
  } catch {
    // Node's message quotes the argument.
    return 'an option is not known or lacks its value (--help)';
  }
}

/** The bytes, or why they cannot be had. */
function readFile(path: string, maximum: number): Uint8Array | string {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) return `${path} is not a file`;
    if (stats.size > maximum) return `${path} is larger than ${maximum} bytes`;
    return readFileSync(path);
  } catch {
    return `${path} cannot be read`;
  }
}

/** Of any size: piece by piece. Or why it cannot be had. */
function hashed(name: string): GivenFile | string {
  try {
    const file = openSync(name, 'r');
    try {
      const hash = createHash('sha256');
      const piece = new Uint8Array(PIECE_BYTES);
      let size = 0;
      for (let read; (read = readSync(file, piece)) > 0; size += read)
        hash.update(piece.subarray(0, read));
      return { name, sha256: hexDigest(hash.digest('hex')), size };
    } finally {
      closeSync(file);
    }
  } catch {
    return `${name} cannot be read`;
  }
}

function unusable(error: string): VerifyResponse {
  return { exitCode: 2, output: '', error };
}

function version(): string {
  return typeof CHIROGRAPH_VERSION === 'string' ? CHIROGRAPH_VERSION : 'not built';
}
