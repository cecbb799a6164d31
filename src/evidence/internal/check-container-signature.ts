/**
 * The checks `container-signature:1…`: CMS over a manifest, or over the one file. Whoever made the container
 * signed it: only a certificate that the verifier brought along makes that more than the container's own word.
 */
import { formatInstant, parseInstant } from '../../base/time.js';
import { validateCades } from '../../signing/cades-validator.js';
import type { SignatureReport } from '../../signing/signature-report.js';
import type { Trust } from '../trust.js';
import { type ContainerSubject, memberOf, signaturesOf } from './check-container.js';
import { failed, notDone, type Outcome, passed } from './outcome.js';
import { type JudgedTime, noEarlierThanClaimed } from './proven-time.js';
import { verdictOf } from './verdict.js';

export interface CheckedContainerSignature {
  readonly outcome: Outcome;
  /** Null if there is nothing to judge: the signature, or what it is over. */
  readonly judgement: { readonly report: SignatureReport; readonly judged: JudgedTime } | null;
}

/** @param time of what the container holds; null if that cannot be read. */
export function checkContainerSignatures(
  { container, manifests }: ContainerSubject,
  time: JudgedTime | null,
  trust: Trust,
): CheckedContainerSignature[] {
  const contents =
    container.kind === 'asic-s' ? container.files : manifests.map(({ member }) => member);
  const readable = manifests.every(({ manifest }) => manifest !== null);
  const names = readable ? signaturesOf(container, manifests) : [];
  // There is at least one to say that nothing was checked.
  if (names.length === 0) return [{ outcome: notDone(), judgement: null }];
  return names.map((name, at) => {
    const cms = memberOf(container.meta, name)?.bytes;
    const content = contents[at]?.bytes;
    if (cms === undefined || content === undefined || time === null)
      return { outcome: notDone(), judgement: null };
    const judgement = validate(cms, content, time, trust);
    return { outcome: conclude(judgement), judgement };
  });
}

/** It is in no log and may be younger than the entry: judged no earlier than it claims. */
function validate(
  cms: Uint8Array,
  content: Uint8Array,
  time: JudgedTime,
  { certificates: anchors }: Trust,
): { report: SignatureReport; judged: JudgedTime } {
  const report = validateCades({ cms, content, anchors, at: time.at });
  const { claimedSigningTime } = report;
  const claimed = claimedSigningTime === null ? null : parseInstant(claimedSigningTime);
  const judged = noEarlierThanClaimed(time, claimed);
  return judged === time
    ? { report, judged }
    : { report: validateCades({ cms, content, anchors, at: judged.at }), judged };
}

function conclude({ report, judged }: { report: SignatureReport; judged: JudgedTime }): Outcome {
  const { flaw, reservation } = verdictOf(report);
  if (flaw !== null) return failed(flaw);
  const facts = { signer: report.signer?.subject ?? '', at: formatInstant(judged.at) };
  return reservation === null
    ? passed('trust', 'container-signature.pass-trusted', facts)
    : passed('self', 'container-signature.pass-self', { ...facts, reason: reservation });
}
