/** Files for the verifier, as a node gives them out. */
import { toHex } from '../base/bytes.js';
import { sha256 } from '../base/hash.js';
import { writeOwnFile } from './files.js';
import type { NodeClient } from './node-client.js';
import { oneLine, printResult, type Terminal } from './terminal.js';

/**
 * The bytes are written as they came: the verifier takes no other spelling of the same JSON.
 *
 * @throws CliError as `NodeClient.download` and `writeOwnFile`.
 */
export async function saveEvidence(
  client: NodeClient,
  path: string,
  file: string,
  terminal: Terminal,
  json: true | undefined,
): Promise<void> {
  const bytes = await client.download(path);
  await writeOwnFile(file, bytes);
  const result = { file, sha256: toHex(sha256(bytes)), size: bytes.length };
  printResult(terminal, json, result, [
    `wrote ${oneLine(file)}: ${result.size} bytes, SHA-256 ${result.sha256}`,
  ]);
}
