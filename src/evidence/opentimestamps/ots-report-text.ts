/**
 * The report for people. It says no more than the report does. English; programs read the report
 * itself, whose words are stable. What comes from the file is hex, or of characters that a parser let
 * through.
 */
import { toHex } from '../../base/bytes.js';
import { formatInstant } from '../../base/time.js';
import type { OtsAttestation } from './attestations.js';
import type { HeaderBasis } from './header-source.js';
import type { ConfirmedBlock, JudgedAttestation, OtsReport, OtsVerdict } from './ots-report.js';

/** Lines of text, each ended by a line feed. */
export function otsReportAsText(report: OtsReport): string {
  const { hash, digest, attestations } = report;
  const lines = [
    ...resultLines(report),
    '',
    'Timestamp',
    `  of the ${hash} ${digest}`,
    ...attestations.flatMap(attestationLines),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function resultLines({ result, existedBefore }: OtsReport): string[] {
  if (result === 'other-content')
    return [
      'OTHER CONTENT',
      '  The timestamp is of other content than this. Nothing in it was judged.',
    ];
  if (existedBefore === null)
    return ['NOT CONFIRMED', '  No block that you have brought a header of confirms the content.'];
  return [
    'CONFIRMED',
    `  The content existed before ${formatInstant(existedBefore.time)}, give or take two hours:`,
    `  ${blockText(existedBefore)}.`,
    '  Not shown: who had it, that it is not older, and that nobody was shown anything else.',
  ];
}

function blockText({ height, hash, header }: ConfirmedBlock): string {
  return `Bitcoin block ${height}, ${hash}, ${BASES[header]}`;
}

const BASES: Readonly<Record<HeaderBasis, string>> = {
  pinned: 'which your trust pins or a pinned block is built on',
  given: 'on the word of whoever gave the header',
};

function attestationLines({ attestation, verdict, block }: JudgedAttestation): string[] {
  return [
    `  ${attestationText(attestation)}: ${MEANINGS[verdict]}`,
    ...(block === null ? [] : [`    ${formatInstant(block.time)}, ${BASES[block.header]}`]),
  ];
}

function attestationText(attestation: OtsAttestation): string {
  switch (attestation.kind) {
    case 'pending':
      return `calendar ${attestation.uri}`;
    case 'development':
      return `development chain ${attestation.chain}`;
    case 'unknown':
      return `unknown kind ${toHex(attestation.tag)}`;
    default:
      return `${attestation.kind} block ${attestation.height}`;
  }
}

const MEANINGS: Readonly<Record<OtsVerdict, string>> = {
  confirmed: 'confirmed by its header',
  'wrong-root': 'WRONG: the block does not contain it',
  'header-unknown': 'not judged, no header of this height was brought (--header, --headers)',
  development: 'development, proves nothing',
  pending: 'pending, proves nothing yet: ask for an upgrade of the file',
  'not-judged': 'not judged, this version knows no rule for it',
};
