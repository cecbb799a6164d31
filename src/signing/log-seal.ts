/**
 * The log seal: what an operator puts its certificate's name to, so that a stranger who trusts the
 * certificate learns whose log this is and which key signs its checkpoints. These bytes are signed
 * as detached CAdES. Format: docs/formats/log-seal.md.
 */
import { utf8, utf8ToString } from '../base/bytes.js';
import { ChirographError } from '../base/errors.js';
import {
  ED25519_NOTE,
  formatVerifierKey,
  parseVerifierKey,
  type VerifierKey,
} from '../tlog/note-key.js';
import { SigningError } from './signing-error.js';

export interface LogSeal {
  /** Of the log, as its checkpoints state it; also the name of the key. */
  readonly origin: string;
  /** Of type 01: the key that signs the log's checkpoints. */
  readonly verifierKey: VerifierKey;
}

/** @throws SigningError LOG_SEAL_MALFORMED if it could not be read again. */
export function formatLogSeal({ origin, verifierKey }: LogSeal): Uint8Array {
  const bytes = utf8(`${HEADER}\n${origin}\n${formatVerifierKey(verifierKey)}\n`);
  parseLogSeal(bytes);
  return bytes;
}

/**
 * Verifies nothing: whether a seal is genuine is for `cades-validator`, over these same bytes.
 *
 * @throws SigningError LOG_SEAL_MALFORMED for anything that `formatLogSeal` would not write.
 */
export function parseLogSeal(bytes: Uint8Array): LogSeal {
  if (bytes.length > MAX_LOG_SEAL_BYTES)
    throw malformed(`it is larger than ${MAX_LOG_SEAL_BYTES} bytes`);
  const [header, origin, keyText, end, ...more] = refusedParts(() =>
    utf8ToString(bytes).split('\n'),
  );
  if (origin === undefined || keyText === undefined || end !== '' || more.length > 0)
    throw malformed('it has not exactly three lines');
  if (header !== HEADER) throw malformed('its first line is not that of format 1');
  // Printable ASCII: nothing in a name that people are shown may look like something else.
  if (!/^[!-*,-~]{1,255}$/.test(origin)) throw malformed('the origin is not a plain name');
  const verifierKey = refusedParts(() => parseVerifierKey(keyText));
  if (verifierKey.name !== origin) throw malformed('the key is that of another log');
  if (verifierKey.type !== ED25519_NOTE) throw malformed('the key does not sign checkpoints');
  return { origin, verifierKey };
}

const HEADER = 'chirograph/log-seal/1';
const MAX_LOG_SEAL_BYTES = 1_024;

/** Gives the refusals of base/ and tlog/ this folder's code. */
function refusedParts<T>(parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    if (!(cause instanceof ChirographError)) throw cause;
    throw new SigningError('LOG_SEAL_MALFORMED', `log seal: ${cause.message}`, { cause });
  }
}

function malformed(reason: string): SigningError {
  return new SigningError('LOG_SEAL_MALFORMED', `log seal: ${reason}`);
}
