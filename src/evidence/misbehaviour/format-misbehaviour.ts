/** Writes proofs of misbehaviour: RFC 8785, and nothing that `parseMisbehaviour` would not read. */
import { toBase64, toHex } from '../../base/bytes.js';
import { canonicalJsonBytes, type JsonObject } from '../../base/canonical-json.js';
import { formatVerifierKey } from '../../tlog/note-key.js';
import { provedToJson } from '../internal/parts-to-json.js';
import {
  type Contradiction,
  type CoreContradiction,
  type EpochContradiction,
  type LeafInTree,
  MISBEHAVIOUR_FORMAT,
  MISBEHAVIOUR_KIND,
  type MisbehaviourFile,
} from './misbehaviour-file.js';
import { parseMisbehaviour } from './parse-misbehaviour.js';

/** @throws EvidenceError EVIDENCE_MALFORMED if it could not be read again. */
export function formatMisbehaviour(file: MisbehaviourFile): Uint8Array {
  const { checkpoints, key, recovery, shows } = file;
  const bytes = canonicalJsonBytes({
    $v: MISBEHAVIOUR_FORMAT,
    checkpoints,
    key: formatVerifierKey(key),
    kind: MISBEHAVIOUR_KIND,
    ...(recovery !== undefined && {
      recovery: {
        key: formatVerifierKey(recovery.key),
        signature: toBase64(recovery.signature),
      },
    }),
    shows: contradictionToJson(shows),
  });
  // What our own reader refuses must not be handed to a third party.
  parseMisbehaviour(bytes);
  return bytes;
}

function contradictionToJson(shows: Contradiction): JsonObject {
  switch (shows.kind) {
    case 'roots':
    case 'binding':
      return { kind: shows.kind };
    case 'beginning':
      return { kind: shows.kind, ...leafToJson(shows) };
    case 'entry': {
      const { kind, index, first, second } = shows;
      return { kind, index, first: leafToJson(first), second: leafToJson(second) };
    }
    case 'epochs':
      return epochsToJson(shows);
    case 'core':
      return coreToJson(shows);
  }
}

function coreToJson({ kind, core, length, trees }: CoreContradiction): JsonObject {
  const { begins, publicKey } = core;
  return {
    kind,
    core: {
      ...(begins !== null && {
        begins: { length: begins.length, treeHash: toBase64(begins.treeHash) },
      }),
      publicKey: toBase64(publicKey),
    },
    length,
    trees: trees.map(({ fork, nodes, signature }) => ({
      fork,
      nodes: nodes.map(({ hash, index, size }) => ({ hash: toBase64(hash), index, size })),
      signature: toBase64(signature),
    })),
  };
}

function epochsToJson({
  earlier,
  growth,
  kind,
  later,
  log,
  tenant,
}: EpochContradiction): JsonObject {
  return {
    kind,
    earlier: epochToJson(earlier),
    ...(growth !== undefined && { growth: leafToJson(growth) }),
    later: epochToJson(later),
    log: toHex(log),
    tenant: toHex(tenant),
  };
}

function epochToJson(epoch: EpochContradiction['later']): JsonObject {
  return {
    ...provedToJson(epoch),
    ...('head' in epoch && { head: toBase64(epoch.head) }),
    ...('log' in epoch && {
      log: {
        proof: toBase64(epoch.log.proof),
        ...('salt' in epoch.log && { salt: toBase64(epoch.log.salt) }),
      },
    }),
    tenant: {
      proof: toBase64(epoch.tenant.proof),
      ...('root' in epoch.tenant && { root: toBase64(epoch.tenant.root) }),
      ...('root' in epoch.tenant &&
        epoch.tenant.salt !== undefined && { salt: toBase64(epoch.tenant.salt) }),
    },
  };
}

function leafToJson({ inclusion, leafHash }: LeafInTree): JsonObject {
  return { inclusion: inclusion.map(toBase64), leafHash: toBase64(leafHash) };
}
