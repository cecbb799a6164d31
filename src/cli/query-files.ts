/** `chirograph query`, into a file: an export of all that is found, all of a person, the answer with its proof. */
import { CliError } from './cli-error.js';
import type { NodeClient } from './node-client.js';
import { ledgerPath } from './node-options.js';
import { filtersOf, type QueryFlags, queryOf, subjectPath } from './query-flags.js';
import { saveEvidence } from './save-evidence.js';
import { saveExport } from './save-export.js';
import { savePerson } from './save-person.js';
import { oneLine, printResult, type Terminal } from './terminal.js';

/** @throws CliError. */
export async function queryExport(
  client: NodeClient,
  ledger: string,
  file: string,
  flags: QueryFlags,
  terminal: Terminal,
): Promise<void> {
  const format = formatOf(flags, ['ndjson', 'csv']);
  const path = `${ledgerPath(ledger)}/export${queryOf({ format, ...filtersOf(flags) })}`;
  const saved = await saveExport(client, path, file, format);
  printResult(terminal, flags.json, { file, format, ...saved }, [
    `wrote ${oneLine(file)}: ${saved.count} entries as of size ${saved.size}, root hash over them ${saved.rootHash}`,
  ]);
}

/** @throws CliError. */
export async function queryPerson(
  client: NodeClient,
  ledger: string,
  file: string,
  flags: QueryFlags,
  terminal: Terminal,
): Promise<void> {
  const format = formatOf(flags, ['json', 'pdf']);
  const path = `${subjectPath(ledger, flags)}/export${queryOf({ format, language: flags.language })}`;
  const size = await savePerson(client, path, file, format);
  printResult(terminal, flags.json, { file, format, size }, [
    `wrote ${oneLine(file)}: ${size} bytes`,
  ]);
}

/** @throws CliError. */
export async function queryEvidence(
  client: NodeClient,
  ledger: string,
  file: string,
  flags: QueryFlags,
  terminal: Terminal,
): Promise<void> {
  const { asOf, validAt, type } = flags;
  const format = formatOf(flags, ['json', 'asice']);
  const path = `${subjectPath(ledger, flags)}/evidence${queryOf({ asOf, validAt, type, format })}`;
  await saveEvidence(client, path, file, terminal, flags.json);
}

/** The first unless another is given. @throws CliError CLI_USAGE. */
function formatOf<F extends string>({ format }: QueryFlags, formats: readonly [F, ...F[]]): F {
  const given = format === undefined ? formats[0] : formats.find((one) => one === format);
  if (given !== undefined) return given;
  throw new CliError('CLI_USAGE', `--format must be ${formats.join(' or ')} here`);
}
