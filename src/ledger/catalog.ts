/**
 * Which tenants and ledgers there are, and which logs each ledger has had: one small file each in
 * the data directory, written durably before the first commit that needs it. The secrets of a log
 * are in the key store; what is here is checked against them when the node opens.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { HexDigest } from '../base/hex-digest.js';
import { formatStoredJson, parseStoredJson } from '../base/stored-json.js';
import {
  type DurableFileSystem,
  makeDirectoryDurably,
  writeFileDurably,
} from '../keys/durable-file.js';
import { MAX_HEAD_CHARACTERS, MAX_TERM, MAX_VOTES } from '../tlog/election.js';
import { damaged, LedgerError } from './ledger-error.js';

const handle = z.string().regex(/^[0-9a-f]{16}$/);
/** Names of tenants and ledgers; what begins with `_` is the node's own, and nobody else can make it. */
const tenantName = z.string().regex(/^(?:[a-z0-9][a-z0-9-]{0,62}|_node)$/);
const ledgerName = z
  .string()
  .regex(/^(?:[a-z0-9][a-z0-9.-]{0,62}|_access|_inspections|_identities)$/);
const key = z.string().regex(/^[0-9a-f]{64}$/);
const digest = key.transform((hex) => hex as HexDigest);

/** Of one log: more no evidence can show (docs/formats/evidence.md). */
export const MAX_HANDOVERS = 1_000;

const tenantSchema = z.strictObject({
  /** Generation that the tenant's vault began with here, where it was not the first: on a node that had lost one before. */
  firstVault: z
    .int()
    .min(2)
    .max(2 ** 32 - 1)
    .exactOptional(),
  handle,
  /** First part of the origins of the tenant's ledgers. */
  logName: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,252}$/),
  name: tenantName,
  /** C2SP verifier key of whoever may speak for the tenant when a log's key is lost. */
  recoveryKey: z.string().min(1).max(1024),
});

const publicKeys = {
  /** Ed25519 public key that signs the Hypercore. */
  corePublicKey: key,
  /** C2SP verifier key of the log's checkpoints. */
  verifierKey: z.string().min(1).max(1024),
};

/** By which a group chose who signs from there on; as in the entry that says so (docs/formats/statement.md). */
const termSchema = z.strictObject({ node: digest, number: z.int().min(1).max(MAX_TERM) });
const electionSchema = z.strictObject({
  ...termSchema.shape,
  checkpoint: z.string().min(1).max(MAX_HEAD_CHARACTERS).exactOptional(),
  group: z.int().min(0),
  signature: z.string().max(88),
  votes: z
    .array(
      z.strictObject({
        by: digest,
        lastTerm: termSchema.nullable(),
        length: z.int().min(0),
        signature: z.string().max(88),
      }),
    )
    .min(1)
    .max(MAX_VOTES),
});

const endedSchema = z.strictObject({
  ...publicKeys,
  /** Of the keys after these, in a shared log. */
  election: electionSchema.exactOptional(),
  /** Name of its keys in the key store, which are destroyed; absent of those of another node. */
  keys: handle.exactOptional(),
  /** The last checkpoint that it signed; empty where it could sign nothing any more. */
  checkpoint: z.string().max(65_535),
  /** Where the Hypercore and the tree ended. */
  length: z.int().min(1),
  rootHash: key,
  size: z.int().min(1),
  treeHash: key,
  /** Of the handover to the key after it (docs/formats/statement.md). */
  signatures: z
    .array(z.strictObject({ by: z.string().max(1024), signature: z.string().max(88) }))
    .min(1)
    .max(2),
});

const logSchema = z.strictObject({
  ...publicKeys,
  /** Keys and Hypercores before these, oldest first; absent of a log that was never handed over. */
  before: z.array(endedSchema).min(1).max(MAX_HANDOVERS).exactOptional(),
  /** The keys that sign now are another node's: none are in the key store. Of a shared log alone. */
  elsewhere: z.literal(true).exactOptional(),
  /** Names the log in the node; and its first keys in the key store. */
  handle,
  /** Names its keys in the key store, where they are no longer the first. */
  keys: handle.exactOptional(),
  /** New keys that are made and wait for a signed handover. */
  next: z.strictObject({ ...publicKeys, keys: handle }).exactOptional(),
  /** Prefix of the log's rows in the write state; unique in the node, never used again. */
  number: z.int().min(0).max(0xffff_fffe),
  origin: z.string().min(1).max(512),
  /** It is kept by a group of nodes, and grows by what the group agrees on (docs/formats/replication.md). */
  shared: z.literal(true).exactOptional(),
  /** Of a log that goes on after a loss: what its first entry says (docs/formats/statement.md). */
  succeeds: z
    .strictObject({
      cause: z.string().min(1).max(256),
      checkpoint: z.string().max(65_535),
      recoveredSize: z.int().min(0),
    })
    .exactOptional(),
});

const ledgerSchema = z.strictObject({
  handle,
  /** Oldest first; the last is written to, the others are closed (design: going on after a loss). */
  logs: z.array(logSchema).min(1),
  name: ledgerName,
  tenant: handle,
});

export type TenantDescriptor = Readonly<z.infer<typeof tenantSchema>>;
export type LogDescriptor = Readonly<z.infer<typeof logSchema>>;
/** A pair of keys of a log, and the Hypercore that they signed, once they have been handed over. */
export type EndedKeys = Readonly<z.infer<typeof endedSchema>>;
export type LedgerDescriptor = Readonly<z.infer<typeof ledgerSchema>>;

export class Catalog {
  readonly #directory: string;
  readonly #files: DurableFileSystem;
  readonly #tenants: Map<string, TenantDescriptor>;
  readonly #ledgers: Map<string, LedgerDescriptor>;

  private constructor(
    directory: string,
    files: DurableFileSystem,
    tenants: readonly TenantDescriptor[],
    ledgers: readonly LedgerDescriptor[],
  ) {
    this.#directory = directory;
    this.#files = files;
    this.#tenants = new Map(tenants.map((tenant) => [tenant.handle, tenant]));
    this.#ledgers = new Map(ledgers.map((ledger) => [ledger.handle, ledger]));
  }

  /** @throws LedgerError LEDGER_DAMAGED naming the file that is not what was written, LEDGER_FORMAT_NEWER. */
  static async open(dataDirectory: string, files: DurableFileSystem): Promise<Catalog> {
    const directory = join(dataDirectory, 'catalog');
    await makeDirectoryDurably(directory, files);
    const tenants: TenantDescriptor[] = [];
    const ledgers: LedgerDescriptor[] = [];
    for (const file of (await readdir(directory)).sort()) {
      if (file.startsWith('tenant.') && file.endsWith('.json'))
        tenants.push(await read(directory, file, tenantSchema));
      else if (file.startsWith('ledger.') && file.endsWith('.json'))
        ledgers.push(await read(directory, file, ledgerSchema));
      else if (!file.endsWith('.tmp')) throw damaged(`catalog: ${file} does not belong there`);
    }
    return new Catalog(directory, files, tenants, ledgers);
  }

  tenants(): readonly TenantDescriptor[] {
    return [...this.#tenants.values()];
  }

  ledgers(): readonly LedgerDescriptor[] {
    return [...this.#ledgers.values()];
  }

  tenantNamed(tenantName: string): TenantDescriptor | undefined {
    return this.tenants().find((tenant) => tenant.name === tenantName);
  }

  /** What is on disk now, by path in the data directory. */
  files(): ReadonlyMap<string, Uint8Array> {
    const stored = [
      ...this.tenants().map((one) => [placeOf(tenantFile(one)), one] as const),
      ...this.ledgers().map((one) => [placeOf(ledgerFile(one)), one] as const),
    ];
    return new Map(stored.map(([place, one]) => [place, formatStoredJson(place, one)]));
  }

  /** The number that the next log gets. */
  nextLogNumber(): number {
    const numbers = this.ledgers().flatMap(({ logs }) => logs.map((log) => log.number));
    return Math.max(-1, ...numbers) + 1;
  }

  /** Durable when it returns; a crash before leaves the old file, or none. */
  async putTenant(tenant: TenantDescriptor): Promise<void> {
    await this.#write(tenantFile(tenant), tenant);
    this.#tenants.set(tenant.handle, tenant);
  }

  /** Durable when it returns; a crash before leaves the old file, or none. */
  async putLedger(ledger: LedgerDescriptor): Promise<void> {
    await this.#write(ledgerFile(ledger), ledger);
    this.#ledgers.set(ledger.handle, ledger);
  }

  async #write(file: string, content: TenantDescriptor | LedgerDescriptor): Promise<void> {
    const path = join(this.#directory, file);
    await writeFileDurably(path, formatStoredJson(placeOf(file), content), 0o600, this.#files);
  }
}

async function read<T extends { readonly handle: string }>(
  directory: string,
  file: string,
  schema: z.ZodType<T>,
): Promise<T> {
  const stored = parseStoredJson(placeOf(file), await readFile(join(directory, file)), {
    damaged: (reason) => damaged(`catalog: ${file} is not what was written: ${reason}`),
    newer: (format, known) =>
      new LedgerError(
        'LEDGER_FORMAT_NEWER',
        `catalog: ${file} has format ${format}; this version reads up to ${known}`,
      ),
  });
  const content = schema.safeParse(stored);
  if (!content.success) throw damaged(`catalog: ${file} is not what was written`, content.error);
  if (file.split('.')[1] !== content.data.handle)
    throw damaged(`catalog: ${file} is the file of another`);
  return content.data;
}

function tenantFile({ handle: of }: TenantDescriptor): string {
  return `tenant.${of}.json`;
}

function ledgerFile({ handle: of }: LedgerDescriptor): string {
  return `ledger.${of}.json`;
}

function placeOf(file: string): string {
  return `catalog/${file}`;
}
