/** The report of evidence that came in a container: as if it had come alone, and what the container adds. */
import { ChirographError } from '../../base/errors.js';
import { sha256Hex } from '../../base/hash.js';
import type { ContainerFile } from '../asic-container.js';
import type { AsicContainer } from '../asic-reader.js';
import type { Trust } from '../trust.js';
import type { ContainerSummary, Finding, VerificationReport } from '../verification-report.js';
import {
  type CheckedContainerSignature,
  checkContainerSignatures,
} from './check-container-signature.js';
import {
  checkContainer,
  CONTAINER_RULES,
  type ContainerSubject,
  readManifests,
} from './check-container.js';
import { named } from './named-checks.js';
import { finding, type Rules } from './outcome.js';
import type { JudgedTime } from './proven-time.js';
import { validationSummary } from './summaries.js';
import { resultOf } from './verdict-of-checks.js';

/** What the evidence is in. */
export interface Enclosure {
  readonly container: AsicContainer;
  /** What of the evidence ought to be in it. */
  readonly contents: (evidence: Uint8Array) => readonly ContainerFile[];
  readonly rules?: Rules<ContainerSubject>;
}

type Enclosed = Pick<
  VerificationReport,
  'result' | 'checks' | 'development' | 'notProven' | 'container'
>;

/**
 * @param enclosure null for evidence that came alone, whose report is left as it is.
 * @param time of the evidence: see `proven-time`; null if it cannot be read.
 */
export function inContainer<R extends Enclosed>(
  report: R,
  enclosure: Enclosure | null,
  time: JudgedTime | null,
  trust: Trust,
): R {
  if (enclosure === null) return report;
  const { container, rules = CONTAINER_RULES } = enclosure;
  const subject: ContainerSubject = {
    container,
    manifests: readManifests(container),
    expected: contentsOf(enclosure),
  };
  const signatures = checkContainerSignatures(subject, time, trust);
  const checks = [
    named('container', checkContainer(subject, rules)),
    ...signatures.map(({ outcome }, at) => named(`container-signature:${at + 1}`, outcome)),
    ...report.checks,
  ];
  const isDevelopment = signatures.some(({ judgement }) => judgement?.report.development === true);
  return {
    ...report,
    result: resultOf(checks),
    checks,
    container: containerSummary(container, signatures),
    development: isDevelopment
      ? [...report.development, finding('development.container')]
      : report.development,
    notProven: time === null ? report.notProven : withRevocation(report.notProven),
  };
}

/** ASiC-S has the evidence and nothing beside it. */
function contentsOf({ container, contents }: Enclosure): readonly ContainerFile[] | null {
  try {
    const all = contents(container.evidence.bytes);
    return container.kind === 'asic-s' ? all.slice(0, 1) : all;
  } catch (cause) {
    if (cause instanceof ChirographError) return null;
    throw cause;
  }
}

function withRevocation(findings: readonly Finding[]): readonly Finding[] {
  const revocation = finding('not-proven.revocation');
  return findings.some(({ code }) => code === revocation.code)
    ? findings
    : [...findings, revocation];
}

function containerSummary(
  { kind, files }: AsicContainer,
  signatures: readonly CheckedContainerSignature[],
): ContainerSummary {
  return {
    kind,
    files: files.map(({ name, bytes }) => ({
      name,
      size: bytes.length,
      sha256: sha256Hex(bytes),
    })),
    signatures: signatures.flatMap(({ judgement }) =>
      judgement === null ? [] : [validationSummary(judgement.report, judgement.judged)],
    ),
  };
}
