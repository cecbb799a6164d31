/**
 * `chirograph validate`: a certificate signature by itself, offline, with the report that a court's expert reads.
 * The same function judges what is attached to entries; here nothing comes from a ledger.
 */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { UnixMillis } from '../base/brand.js';
import { ChirographError } from '../base/errors.js';
import { parseInstant, systemClock } from '../base/time.js';
import { MAX_TRUST_BYTES, parseTrust } from '../evidence/trust.js';
import { type BroughtEvidence, validateCades } from '../signing/cades-validator.js';
import { CRL_LIMITS, parseCertificateList } from '../signing/certificate-list.js';
import { CMS_LIMITS } from '../signing/cms-signed-data.js';
import { cmsToDer } from '../signing/cms-to-der.js';
import { parseOcspResponse } from '../signing/ocsp-response.js';
import { formatSignatureReport } from '../signing/signature-report-text.js';
import { SigningError } from '../signing/signing-error.js';
import type { TrustAnchor } from '../signing/trust-anchor.js';
import { STRICT_VALIDATION_POLICY, VALIDATION_POLICY } from '../signing/validation-policy.js';
import { repeated, withExamples } from './command-help.js';
import { readFileUpTo } from './files.js';
import { type End, EXIT, type Terminal } from './terminal.js';

interface ValidateFlags {
  readonly content: string;
  readonly trust?: readonly string[];
  readonly crl?: readonly string[];
  readonly ocsp?: readonly string[];
  readonly at?: UnixMillis;
  readonly policy: 'ordinary' | 'strict';
  readonly json?: true;
}

/** What is signed is hashed at once, so that it has to fit into memory. */
const MAX_CONTENT_BYTES = 256 * 1024 * 1024;

export function addValidateCommand(program: Command, terminal: Terminal, end: End): void {
  const command = program
    .command('validate')
    .argument('<signature>', 'detached CMS (CAdES), DER or BER')
    .requiredOption('--content <file>', 'what was signed')
    .option('--trust <file>', 'roots of trust (docs/formats/trust.md); repeatable', repeated)
    .option('--crl <file>', 'CRL in DER, beside those in the signature; repeatable', repeated)
    .option('--ocsp <file>', 'OCSP response in DER, likewise; repeatable', repeated)
    .option('--at <instant>', 'the instant of the verdict, 2026-01-31T23:59:59.000Z', readInstant)
    .addOption(
      new Option('--policy <name>', 'strict: every certificate needs an answer about revocation')
        .choices(['ordinary', 'strict'])
        .default('ordinary'),
    )
    .option('--json', 'print the report as JSON')
    .description('validate a certificate signature offline, after EN 319 102-1, and say why')
    .action(async (file: string, flags: ValidateFlags) => {
      const report = validateCades({
        cms: derOf(await readFileUpTo(file, CMS_LIMITS.maxBytes)),
        content: await readFileUpTo(flags.content, MAX_CONTENT_BYTES),
        anchors: await anchorsOf(flags.trust ?? []),
        // The file is there now: that proves nothing of yesterday.
        at: flags.at ?? systemClock.now(),
        evidence: await evidenceOf(flags),
        policy: flags.policy === 'strict' ? STRICT_VALIDATION_POLICY : VALIDATION_POLICY,
      });
      terminal.stdout(
        flags.json === true ? `${JSON.stringify(report)}\n` : formatSignatureReport(report),
      );
      end(report.indication === 'TOTAL-PASSED' ? EXIT.done : EXIT.no);
    });
  withExamples(
    command,
    'chirograph validate officer.p7s --content statement --trust bank.trust.json',
    'chirograph validate officer.p7s --content statement --trust bank.trust.json --crl bank.crl --json',
  );
}

/** What cannot be read as CMS at all goes on as it is: the report says what is wrong with it. */
function derOf(bytes: Uint8Array): Uint8Array {
  try {
    return cmsToDer(bytes);
  } catch (cause) {
    if (cause instanceof SigningError) return bytes;
    throw cause;
  }
}

async function anchorsOf(files: readonly string[]): Promise<readonly TrustAnchor[]> {
  const anchors: TrustAnchor[] = [];
  for (const file of files)
    anchors.push(...parseTrust(await readFileUpTo(file, MAX_TRUST_BYTES)).certificates);
  return anchors;
}

async function evidenceOf({ crl = [], ocsp = [] }: ValidateFlags): Promise<BroughtEvidence> {
  const read = (file: string): Promise<Uint8Array> => readFileUpTo(file, CRL_LIMITS.maxBytes);
  return {
    certificates: [],
    crls: (await Promise.all(crl.map(read))).map(parseCertificateList),
    ocspResponses: (await Promise.all(ocsp.map(read))).map(parseOcspResponse),
  };
}

function readInstant(text: string): UnixMillis {
  try {
    return parseInstant(text);
  } catch (cause) {
    if (cause instanceof ChirographError)
      throw new InvalidArgumentError('Give it as 2026-01-31T23:59:59.000Z.');
    throw cause;
  }
}
