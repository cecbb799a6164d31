/** What a writer and those who keep its log say to each other (docs/formats/keepers.md). Nothing of it is true yet, but a receipt’s signature. */
import type { Sha256Digest, TreeSize } from '../../base/brand.js';
import { sha256Digest, toBase64 } from '../../base/bytes.js';
import {
  canonicalJsonBytes,
  type JsonObject,
  type JsonValue,
  parseCanonicalJson,
} from '../../base/canonical-json.js';
import { BaseError } from '../../base/errors.js';
import {
  arrayOf,
  base64Of,
  COUNT,
  JSON_OBJECT,
  JsonMembers,
  oneOf,
} from '../../base/json-members.js';
import type { MessageCodec } from '../links/channel.js';
import { type Receipt, verifyReceipt } from '../receipt.js';
import {
  formatAnnouncement,
  type LogAnnouncement,
  parseAnnouncement,
  textUpTo,
} from '../replica/announcement.js';
import { ReplicaError } from '../replica/replica-error.js';

/** Why a log is not kept, or not any more. */
export const REFUSALS = ['full', 'keys', 'member', 'stopped', 'no-witness', 'unproven'] as const;
export type Refusal = (typeof REFUSALS)[number];

/** That a witness is to cosign the checkpoint that it comes with. */
export interface WitnessWish {
  /** What the witness is believed to have cosigned. */
  readonly from: TreeSize;
  /** RFC 6962 consistency from there to the checkpoint; at most 63 hashes. */
  readonly proof: readonly Sha256Digest[];
}

export interface KeepMessage {
  readonly kind: 'keep';
  readonly announcement: LogAnnouncement;
  /** C2SP verifier key of the tenant. */
  readonly recoveryKey: string;
  readonly witness: WitnessWish | null;
}

export interface CosignedMessage {
  readonly kind: 'cosigned';
  readonly origin: string;
  /** What the witness has cosigned last; 0 before anything. */
  readonly size: TreeSize;
  /** The signature line, where that was now. */
  readonly line: string | null;
}

export interface RefuseMessage {
  readonly kind: 'refuse';
  readonly origin: string;
  readonly why: Refusal;
}

export type KeeperMessage =
  | KeepMessage
  | CosignedMessage
  | RefuseMessage
  /** Signed by whom it names; as it goes over the wire, and as it reads. */
  | { readonly kind: 'receipt'; readonly receipt: Receipt; readonly signed: Uint8Array };

export const MAX_KEEPER_MESSAGE_BYTES = 1024 * 1024;
const FORMAT = 1;
const MAX_PROOF = 63;

export const KEEPER_CODEC: MessageCodec<KeeperMessage> = {
  encode: (message) => canonicalJsonBytes({ $v: FORMAT, ...toJson(message) }),
  decode: (bytes) => {
    try {
      return parse(bytes);
    } catch (cause) {
      if (!(cause instanceof ReplicaError)) throw cause;
      throw malformed(cause.message);
    }
  },
};

function toJson(message: KeeperMessage): JsonObject {
  switch (message.kind) {
    case 'keep': {
      const { announcement, kind, recoveryKey, witness } = message;
      return {
        announcement: parseCanonicalJson(formatAnnouncement(announcement)),
        ...{ kind, recoveryKey },
        ...(witness !== null && { witness: witnessToJson(witness) }),
      };
    }
    case 'receipt':
      return { kind: message.kind, receipt: parseCanonicalJson(message.signed) };
    case 'cosigned': {
      const { kind, line, origin, size } = message;
      return { ...(line !== null && { line }), ...{ kind, origin, size } };
    }
    case 'refuse':
      return { ...message };
  }
}

function witnessToJson({ from, proof }: WitnessWish): JsonObject {
  return { from, ...(proof.length > 0 && { proof: proof.map((hash) => toBase64(hash)) }) };
}

function parse(bytes: Uint8Array): KeeperMessage {
  const members = new JsonMembers(jsonOf(bytes), malformed);
  if (members.required('$v', COUNT) !== FORMAT) throw malformed(`its format is not ${FORMAT}`);
  const message = READERS[members.required('kind', KIND)](members);
  members.end();
  return message;
}

const KIND = oneOf('keep', 'receipt', 'cosigned', 'refuse');
const ORIGIN = textUpTo(512);
const ANY = { what: 'a value', read: (value: JsonValue) => value };

const READERS: Readonly<Record<KeeperMessage['kind'], (members: JsonMembers) => KeeperMessage>> = {
  keep: (members) => {
    const announcement = members.required('announcement', JSON_OBJECT);
    const witness = members.optional('witness', ANY);
    return {
      kind: 'keep',
      announcement: parseAnnouncement(canonicalJsonBytes(announcement)),
      recoveryKey: members.required('recoveryKey', textUpTo(1_024)),
      witness: witness === undefined ? null : readWitness(witness),
    };
  },
  receipt: (members) => {
    const signed = canonicalJsonBytes(members.required('receipt', JSON_OBJECT));
    return { kind: 'receipt', signed, receipt: verifyReceipt(signed) };
  },
  cosigned: (members) => ({
    kind: 'cosigned',
    origin: members.required('origin', ORIGIN),
    size: members.required('size', COUNT) as TreeSize,
    line: members.optional('line', textUpTo(1_024)) ?? null,
  }),
  refuse: (members) => ({
    kind: 'refuse',
    origin: members.required('origin', ORIGIN),
    why: members.required('why', oneOf(...REFUSALS)),
  }),
};

function readWitness(value: JsonValue): WitnessWish {
  const members = new JsonMembers(value, malformed, 'witness');
  const proof = members.optional('proof', arrayOf(base64Of(32), MAX_PROOF)) ?? [];
  const from = members.required('from', COUNT) as TreeSize;
  members.end();
  return { from, proof: proof.map(sha256Digest) };
}

function jsonOf(bytes: Uint8Array): JsonValue {
  try {
    return parseCanonicalJson(bytes);
  } catch (cause) {
    if (cause instanceof BaseError) throw malformed('it is not RFC 8785 JSON');
    throw cause;
  }
}

function malformed(why: string): BaseError {
  return new BaseError('BYTES_MALFORMED', `a message of keepers: ${why}`);
}
