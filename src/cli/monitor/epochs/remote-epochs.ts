/** The epochs of a node as it shows them, read once and bounded: all of it is anyone’s word until it is verified. */
import { z } from 'zod';
import type { Sha256Digest } from '../../../base/brand.js';
import { fromBase64, fromHex, sha256Digest } from '../../../base/bytes.js';
import type { JsonObject } from '../../../base/canonical-json.js';
import { ChirographError } from '../../../base/errors.js';
import { CHAIN_NAMES, type ChainName } from '../../../evidence/chains.js';
import type { LogInEpoch } from '../../../evidence/misbehaviour/log-in-epoch.js';
import { MAX_NOTE_CHARACTERS } from '../../../evidence/misbehaviour/misbehaviour-file.js';
import type { ShownEpoch } from '../../../evidence/misbehaviour/seen-epoch.js';
import { MAX_STATEMENT_LENGTH } from '../../../records/statement.js';
import { parseVerifierKey } from '../../../tlog/note-key.js';
import { CliError } from '../../cli-error.js';
import type { NodeClient } from '../../node-client.js';
import { ledgerPath } from '../../node-options.js';
import { hashesSchema } from '../remote-log.js';
import { type Retries, withRetries } from '../retries.js';

export interface EpochStatus {
  /** Name of the epoch log. */
  readonly origin: string;
  /** Of the epoch log. */
  readonly size: number;
  /** What of it is final in the chain; 0 before the first anchor. */
  readonly settledSize: number;
}

export interface EpochAnswer extends ShownEpoch {
  /** From the size that was asked for; null if none was, or none is given. */
  readonly consistency: readonly Sha256Digest[] | null;
  readonly anchor: {
    readonly chain: ChainName;
    readonly size: number;
    readonly transaction: JsonObject;
  } | null;
}

export interface RemoteEpochs {
  /** `<URL> epochs`. */
  readonly place: string;
  /** @throws CliError, here and below: also for what is no such answer. */
  status(): Promise<EpochStatus>;
  /** @param from a size of the epoch log that was seen; null for none. */
  epoch(epoch: number, from: number | null): Promise<EpochAnswer>;
  /** What an epoch says of the logs of a ledger, the oldest first; each origin once. */
  logs(ledger: string, epoch: number): Promise<readonly LogInEpoch[]>;
}

/** A ledger goes on as another log after a loss; so many losses no ledger outlives. */
export const MAX_LOGS = 32;

export function remoteEpochs(client: NodeClient, url: string, retries: Retries): RemoteEpochs {
  const ask = async <T>(path: string, schema: z.ZodType<T>): Promise<T> => {
    const answer = await withRetries(retries, () => client.request({ method: 'GET', path }));
    const read = schema.safeParse(answer);
    if (!read.success)
      throw new CliError('CLI_ANSWER_UNUSABLE', 'what it says of its epochs is malformed');
    return read.data;
  };
  return {
    place: `${url.replace(/\/+$/, '')} ${EPOCHS}`,
    status: async () => {
      const said = await ask('/v1/anchors', statusSchema);
      return { origin: said.verifierKey, size: said.epochSize, settledSize: said.settledSize };
    },
    epoch: async (epoch, from) => {
      const query = from === null ? '' : `?from=${from}`;
      return ask(`/v1/anchors/${epoch}${query}`, epochSchema);
    },
    logs: async (ledger, epoch) => {
      const { logs } = await ask(`${ledgerPath(ledger)}/epochs/${epoch}`, logsSchema);
      return logs;
    },
  };
}

/** Stands for a ledger in the name of a place. */
const EPOCHS = 'epochs';
/** The end of a path, a key and its value, and 256 siblings. */
const MAX_MAP_PROOF_BYTES = 67 + 256 * 32;

const size = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const hashes = hashesSchema.transform((all) => all.map((hash) => sha256Digest(fromHex(hash))));
const handle = z
  .string()
  .regex(/^[0-9a-f]{16}$/)
  .transform((text) => fromHex(text));
const originName = z.string().min(1).max(512);

/** Base64 of up to so many bytes; what is no base64 is refused and not thrown. */
function base64(maximum: number, minimum = 1) {
  return z
    .string()
    .max(4 * Math.ceil(maximum / 3))
    .transform((text, context) => {
      const bytes = /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? tryBase64(text) : null;
      if (bytes !== null && bytes.length >= minimum && bytes.length <= maximum) return bytes;
      context.addIssue({ code: 'custom', message: 'not base64 of that length' });
      return z.NEVER;
    });
}

/** Null for what is no base64 after all. */
function tryBase64(text: string): Uint8Array | null {
  return readable(() => fromBase64(text));
}

function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof ChirographError) return null;
    throw cause;
  }
}

const statusSchema = z.object({
  verifierKey: z
    .string()
    .max(1_024)
    .transform((text, context) => {
      const key = readable(() => parseVerifierKey(text));
      if (key !== null) return key.name;
      context.addIssue({ code: 'custom', message: 'not a verifier key' });
      return z.NEVER;
    }),
  epochSize: size,
  settledSize: size,
});
const epochSchema = z.object({
  statement: base64(MAX_STATEMENT_LENGTH),
  checkpoint: z.string().max(4 * MAX_NOTE_CHARACTERS),
  inclusion: hashes,
  consistency: hashes.nullable(),
  anchor: z
    .object({
      chain: z.enum(CHAIN_NAMES),
      size,
      // Read by the one who verifies it.
      transaction: z.record(z.string(), z.json()),
    })
    .nullable(),
});
const logSchema = z
  .object({
    origin: originName,
    handle,
    statement: base64(255).nullable(),
    salt: base64(32, 32).nullable(),
    proof: base64(MAX_MAP_PROOF_BYTES),
    tenant: z
      .object({
        handle,
        proof: base64(MAX_MAP_PROOF_BYTES),
        root: base64(32, 32).transform(sha256Digest),
        salt: base64(32, 32).nullable(),
      })
      .transform(({ salt, ...rest }) => ({ ...rest, ...(salt !== null && { salt }) })),
  })
  .transform(({ statement, salt, ...rest }, context): LogInEpoch => {
    if ((statement === null) !== (salt === null))
      context.addIssue({ code: 'custom', message: 'a statement and its salt come together' });
    return { ...rest, taken: statement === null || salt === null ? null : { statement, salt } };
  });
const logsSchema = z.object({
  logs: z
    .array(logSchema)
    .min(1)
    .max(MAX_LOGS)
    .refine((logs) => new Set(logs.map(({ origin }) => origin)).size === logs.length),
});
