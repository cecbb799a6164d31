/**
 * Validates the counter-signatures of a signature: by whom, and whether that one could be relied on since
 * the counter-signature is known to exist. The verdict on the signature does not rest on them.
 */
import type { UnixMillis } from '../../base/brand.js';
import { sha256 } from '../../base/hash.js';
import { formatInstant } from '../../base/time.js';
import { isAcceptedAt } from '../algorithm-policy.js';
import { usageFlaw } from '../certificate-usage.js';
import type { Certificate } from '../certificate.js';
import type { SignedData } from '../cms-signed-data.js';
import {
  checkCounterSignature,
  type CounterSignature,
  counterSignatureFrom,
  type GenuineCounterSignature,
} from '../counter-signature.js';
import { derBytes, type DerNode } from '../der-reader.js';
import { OID } from '../oids.js';
import { objectId } from '../proof-of-existence.js';
import { type CounterSignatureReport, isRefusal, type Refusal } from '../signature-report.js';
import { SigningError } from '../signing-error.js';
import { type Judgement, judgeCertificate } from './certificate-judgement.js';
import { describeAnchor, summarizeSigner } from './certificate-summary.js';
import { describeRevocation } from './revocation-summary.js';
import type { ValidationContext } from './validation-context.js';

export interface ValidatedCounterSignature {
  /** It is one over this signature, whoever made it, and carries nothing else. */
  readonly isGenuine: boolean;
  /** Who made it; null if that is not known. */
  readonly certificate: Certificate | null;
  readonly judgement: Judgement | null;
  readonly report: CounterSignatureReport;
}

export function validateCounterSignatures(
  context: ValidationContext,
  signedData: SignedData,
): readonly ValidatedCounterSignature[] {
  return signedData.signer.unsignedAttributes
    .filter(({ type }) => type === OID.countersignature)
    .flatMap(({ values }) => values.map((value) => validateOne(context, signedData, value)));
}

function validateOne(
  context: ValidationContext,
  signedData: SignedData,
  node: DerNode,
): ValidatedCounterSignature {
  const read = readOne(node);
  if (isRefusal(read)) return notGenuine(read, null);
  const checked = checkCounterSignature(read, signedData, context.policy.algorithms);
  if (isRefusal(checked)) return notGenuine(checked, read);
  const { certificate } = checked;
  const judgement = judgeCertificate(context, {
    certificate,
    purpose: 'signature',
    existedAt: existenceOf(context, node),
  });
  const refusal = refusalOf(context, node, checked, judgement);
  return {
    // Its own unsigned attributes are nobody's to check.
    isGenuine: read.unsignedAttributes.length === 0,
    certificate,
    judgement,
    report: {
      ...reportOf(read, refusal),
      says: refusal?.says ?? 'Its signer is trusted.',
      signer: summarizeSigner(certificate),
      ...describeAnchor(judgement.path),
      revocation: judgement.kind === 'passed' ? describeRevocation(judgement) : [],
    },
  };
}

function readOne(node: DerNode): CounterSignature | Refusal {
  try {
    return counterSignatureFrom(node);
  } catch (cause) {
    if (!(cause instanceof SigningError)) throw cause;
    return { subIndication: 'FORMAT_FAILURE', says: `It cannot be read: ${cause.message}.` };
  }
}

/** An archive time-stamp may prove it. */
function existenceOf({ proofs }: ValidationContext, node: DerNode): UnixMillis {
  return proofs.earliest(objectId(sha256(derBytes(node)))).time;
}

function refusalOf(
  context: ValidationContext,
  node: DerNode,
  { certificate, end }: GenuineCounterSignature,
  judgement: Judgement,
): Refusal | null {
  if (judgement.kind === 'refused') return judgement.refusal;
  const flaw = usageFlaw(certificate);
  if (flaw !== null)
    return {
      subIndication: 'CHAIN_CONSTRAINTS_FAILURE',
      says: `Its signer's certificate ${flaw}.`,
    };
  return isAcceptedAt(end, existenceOf(context, node))
    ? null
    : {
        subIndication: 'CRYPTO_CONSTRAINTS_FAILURE_NO_POE',
        says: 'Nothing proves that it existed while its algorithms were accepted.',
      };
}

function notGenuine(refusal: Refusal, read: CounterSignature | null): ValidatedCounterSignature {
  const report = reportOf(read, refusal);
  return { isGenuine: false, certificate: null, judgement: null, report };
}

function reportOf(read: CounterSignature | null, refusal: Refusal | null): CounterSignatureReport {
  const signingTime = read?.signedAttributes.signingTime ?? null;
  return {
    outcome: refusal === null ? 'passed' : 'failed',
    subIndication: refusal?.subIndication ?? null,
    says: refusal?.says ?? '',
    signer: null,
    claimedSigningTime: signingTime === null ? null : formatInstant(signingTime),
    ...describeAnchor(null),
    revocation: [],
  };
}
