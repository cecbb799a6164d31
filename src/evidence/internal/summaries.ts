/** What the file says, in short, for the report; each part only once its check has passed. */
import { type JsonValue, parseCanonicalJson } from '../../base/canonical-json.js';
import { BaseError } from '../../base/errors.js';
import { digestToHex } from '../../base/hex-digest.js';
import { FILE_TYPE, type FileContent, fileContentIn } from '../../records/file-content.js';
import { JSON_MEDIA_TYPE, type RecordHeader, type SignatureHeader } from '../../records/header.js';
import type { SignatureReport } from '../../signing/signature-report.js';
import { formatVerifierKey } from '../../tlog/note-key.js';
import type {
  BlockSummary,
  CheckId,
  CheckReport,
  DisclosedHeader,
  ElectionSummary,
  EntrySummary,
  LogSummary,
  SignatureSummary,
  ValidationSummary,
} from '../verification-report.js';
import type { CheckedAnchor } from './check-anchor.js';
import { headerOf } from './check-header.js';
import type { CheckedSignature } from './check-signature.js';
import { groupOf } from './election-rules.js';
import type { JudgedTime } from './proven-time.js';
import type { ReadEvidence, ReadLog } from './read-evidence.js';
import type { ReadEntry } from './read-statement.js';
import type { CheckRun } from './run-checks.js';

export function entrySummary(evidence: ReadEvidence, run: CheckRun): EntrySummary {
  const { entry, checkpoint, file } = evidence;
  const { content, leafHash } = entry;
  return {
    id: digestToHex(leafHash),
    index: content.index,
    kind: content.kind,
    recordedAt: content.recordedAt,
    treeSize: checkpoint.size,
    notYetIn: blockSummary(run.anchors.before, file.anchors?.before?.chain),
    in: blockSummary(run.anchors.after, file.anchors?.after.chain),
    ...(run.stamp?.summary && { stamped: run.stamp.summary }),
    ...(content.kind === 'record' && { type: content.type }),
    ...(content.kind === 'record' && content.prev !== undefined && { previous: content.prev }),
    ...disclosedOf(entry, run.checks),
  };
}

/** What an entry says beyond its statement, as far as the checks have passed. */
export function disclosedOf(
  entry: ReadEntry,
  checks: readonly CheckReport[],
): Pick<EntrySummary, 'brings' | 'content' | 'disclosed'> {
  const header = hasPassed(checks, 'header') ? headerOf(entry) : null;
  const isIntact = hasPassed(checks, 'payload');
  const text = isIntact ? contentOf(header, entry) : undefined;
  const file = isIntact ? broughtBy(entry) : null;
  return {
    ...(header !== null && { disclosed: disclosedHeader(header) }),
    ...(text !== undefined && { content: text }),
    ...(file !== null && { brings: file }),
  };
}

function broughtBy({ content, file: { payload } }: ReadEntry): FileContent | null {
  const isFile = content.kind === 'record' && content.type === FILE_TYPE;
  return isFile && payload !== undefined ? fileContentIn(payload.bytes) : null;
}

export function hasPassed(checks: readonly CheckReport[], id: CheckId): boolean {
  return checks.some((check) => check.id === id && check.result === 'pass');
}

export function logSummary(
  { log }: Pick<ReadEvidence, 'log'>,
  { checks, identity }: Pick<CheckRun, 'checks' | 'identity'>,
): LogSummary {
  const { content } = log.first;
  const elections = hasPassed(checks, 'handovers') ? electionSummaries(log) : [];
  const { seal, judged, by } = identity;
  return {
    origin: log.origin,
    verifierKey: formatVerifierKey(log.lastKey),
    recoveryKey: formatVerifierKey(log.recoveryKey),
    handovers: log.handovers.length,
    ...(elections.length > 0 && { elections }),
    identifiedBy: by,
    sealedBy: seal?.intact === true ? seal.signer : null,
    sealJudged: seal === null ? null : judged,
    loss:
      content.kind === 'loss'
        ? { from: content.from, recoveredSize: content.recoveredSize, cause: content.cause }
        : null,
  };
}

function electionSummaries(log: ReadLog): ElectionSummary[] {
  return log.handovers.flatMap(({ content: { election, index } }) => {
    const group = election && groupOf(log, election.group)?.content;
    if (election === undefined || group === undefined) return [];
    const { node, number, votes } = election;
    const { index: at, members, voteQuorum } = group;
    const by = { index: at, members: members.length, voteQuorum };
    return [{ index, node, number, votes: votes.map((vote) => vote.by), group: by }];
  });
}

export function signatureSummary(checked: CheckedSignature): SignatureSummary {
  const { signature, report, judged, batch } = checked;
  const { index, of, prev, recordedAt } = signature.content;
  return {
    index,
    of,
    ...(batch !== null && { batch: batch.content.index }),
    ...(prev !== undefined && { previous: prev }),
    recordedAt,
    ...validationSummary(report, judged),
  };
}

/** @param report null if there was nothing to validate. */
export function validationSummary(
  report: SignatureReport | null,
  judged: JudgedTime,
): ValidationSummary {
  return {
    signer: report?.intact === true ? report.signer : null,
    claimedAt: report?.claimedSigningTime ?? null,
    judged,
    indication: report?.indication ?? 'INDETERMINATE',
    subIndication: report?.subIndication ?? null,
    trustAnchor: report?.trustAnchor ?? null,
    development: report?.development ?? false,
  };
}

const MAX_CONTENT_BYTES = 65_536;

function contentOf(
  header: RecordHeader | SignatureHeader | null,
  { file }: ReadEntry,
): JsonValue | undefined {
  const bytes = file.payload?.bytes;
  const isText = header?.payload.mediaType === JSON_MEDIA_TYPE;
  if (!isText || bytes === undefined || bytes.length > MAX_CONTENT_BYTES) return undefined;
  try {
    return parseCanonicalJson(bytes);
  } catch (cause) {
    if (cause instanceof BaseError) return undefined;
    throw cause;
  }
}

function disclosedHeader(header: RecordHeader | SignatureHeader): DisclosedHeader {
  const { author, payload, subject } = header;
  const common = {
    author,
    subject,
    mediaType: payload.mediaType,
    payloadSize: payload.size,
    payloadSha256: payload.sha256,
  };
  if ('of' in header) return common;
  const { attachments, key, retracts, schema, validFrom, validTo } = header;
  return {
    ...common,
    schema,
    ...(attachments !== undefined && { attachments }),
    ...(key !== undefined && { key }),
    ...(retracts !== undefined && { retracts }),
    ...(validFrom !== undefined && { validFrom }),
    ...(validTo !== undefined && { validTo }),
  };
}

function blockSummary(
  { outcome, proven }: CheckedAnchor,
  chain: BlockSummary['chain'] | undefined,
): BlockSummary | null {
  if (outcome.result !== 'pass' || proven === null || chain === undefined) return null;
  const { height, blockHash, time, txid, attribution } = proven.block;
  return {
    chain,
    height,
    hash: blockHash,
    time,
    transaction: txid,
    pinned: attribution === 'pinned',
  };
}
