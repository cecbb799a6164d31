/**
 * Complete, real evidence made from pure parts: a log of twenty entries with a handover, an entry in it
 * with everything opened, two signatures over it, an epoch log with its maps, and two anchors in a mined
 * chain. Every step can be bent by a plan, and what comes after is then made and signed accordingly: so
 * tests have not only altered files, but those that a dishonest operator with all keys could make.
 */
import type { LeafIndex, Sha256Digest, TreeSize, UnixMillis } from '../../src/base/brand.js';
import { fromHex, toBase64, toHex, utf8 } from '../../src/base/bytes.js';
import { canonicalJsonBytes, type JsonObject } from '../../src/base/canonical-json.js';
import { hmacSha256, sha256, sha256Hex } from '../../src/base/hash.js';
import { digestToHex } from '../../src/base/hex-digest.js';
import { parseInstant } from '../../src/base/time.js';
import type { ChainName } from '../../src/evidence/chains.js';
import { developmentPartsOf } from '../../src/evidence/development-parts.js';
import { headValueOf, mapKeyOf } from '../../src/evidence/epoch-map.js';
import type {
  EvidenceAnchor,
  EvidenceEntry,
  EvidenceFile,
  Opening,
  TagOpeners,
} from '../../src/evidence/evidence-file.js';
import { handoverMessage } from '../../src/evidence/handover-message.js';
import {
  formatHeadStatement,
  type HeadStatement,
  originHash,
} from '../../src/evidence/head-statement.js';
import {
  createDevelopmentAuthority,
  type DevelopmentCa,
  type SealMaterial,
} from '../../src/keys/development-authority.js';
import { softwareSealSigner } from '../../src/keys/seal-signer.js';
import { commit } from '../../src/records/commitment.js';
import {
  CMS_MEDIA_TYPE,
  describePayload,
  formatHeader,
  JSON_MEDIA_TYPE,
  type RecordHeader,
  type SignatureHeader,
} from '../../src/records/header.js';
import {
  type EpochStatement,
  formatStatement,
  type HandoverStatement,
  type LedgerStatement,
  type LossStatement,
  type RecordStatement,
  type SignatureStatement,
} from '../../src/records/statement.js';
import { personOpener, tagOf, thingOpener, thingValue } from '../../src/records/tag.js';
import { formatLogSeal } from '../../src/signing/log-seal.js';
import { type Checkpoint, formatCheckpoint } from '../../src/tlog/checkpoint.js';
import { type Ed25519Key, ed25519Key } from '../../src/tlog/ed25519.js';
import { formatLogBinding } from '../../src/tlog/log-binding.js';
import { leafHash } from '../../src/tlog/merkle-hash.js';
import {
  ED25519_NOTE,
  formatVerifierKey,
  verifierKey,
  type VerifierKey,
} from '../../src/tlog/note-key.js';
import { noteSigner, signNote } from '../../src/tlog/signed-note.js';
import { proveKey, sparseMap } from '../../src/tlog/sparse-map.js';
import { encodeMapProof } from '../../src/tlog/sparse-map-proof.js';
import { mineChain, type SyntheticChain } from './support/synthetic-anchors.js';
import { at, type SyntheticTree, treeOver } from './support/synthetic-tree.js';
