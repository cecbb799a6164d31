/**
 * What the anchorer must not forget: the chain's coin with everything signed to spend it, and each
 * settled anchor with its proof, one file each. Durable before anything is broadcast.
 */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { TreeSize } from '../base/brand.js';
import type { JsonObject } from '../base/canonical-json.js';
import { COUNT, JsonMembers, JSON_OBJECT } from '../base/json-members.js';
import { formatStoredJson, parseStoredJson } from '../base/stored-json.js';
import { systemErrorCode } from '../base/system-error.js';
import { anchorProofToJson, parseAnchorProof } from '../evidence/bitcoin/anchor-proof-json.js';
import type { AnchorProof } from '../evidence/bitcoin/anchor-proof.js';
import { makeDirectoryDurably, writeFileDurably } from '../keys/durable-file.js';
import { anchorChainToJson, parseAnchorChain } from './anchor-chain-json.js';
import type { AnchorChain } from './anchor-wallet.js';
import { AnchoringError } from './errors.js';

/** An anchor deep enough in the chain to be taken for final. */
export interface SettledAnchor {
  /** Size of the epoch log that it commits to. */
  readonly epochSize: TreeSize;
  readonly proof: AnchorProof;
}

const CHAIN_FILE = 'chain.json';
const SETTLED = /^settled\.(\d{12})\.json$/;

export class AnchorStore {
  readonly #directory: string;
  readonly #settled: TreeSize[];

  private constructor(directory: string, settled: TreeSize[]) {
    this.#directory = directory;
    this.#settled = settled;
  }

  /**
   * @param isNew the epoch log has no epoch yet: then nothing was anchored, and the store is begun.
   * @throws AnchoringError ANCHOR_STATE_INVALID if a file is missing.
   */
  static async open(directory: string, isNew: boolean): Promise<AnchorStore> {
    await makeDirectoryDurably(directory);
    const sizes = (await readdir(directory)).flatMap((name) => {
      const size = SETTLED.exec(name)?.[1];
      return size === undefined ? [] : [Number(size) as TreeSize];
    });
    const store = new AnchorStore(
      directory,
      sizes.sort((a, b) => a - b),
    );
    // A crash before this leaves an epoch log without epochs, and it is written then.
    if (isNew && (await store.#read(CHAIN_FILE)) === null) await store.#writeChainFile(null);
    await store.#checkComplete();
    return store;
  }

  /** Sizes of the epoch log that are anchored, ascending. */
  get settledSizes(): readonly TreeSize[] {
    return this.#settled;
  }

  /** The chain as it was last stored, or null before the first anchor. */
  async readChain(script: Uint8Array): Promise<AnchorChain | null> {
    const { chain } = await this.#readChainFile();
    return chain === null ? null : parseAnchorChain(chain, script);
  }

  async writeChain(chain: AnchorChain): Promise<void> {
    await this.#writeChainFile(anchorChainToJson(chain));
  }

  async writeSettled({ epochSize, proof }: SettledAnchor): Promise<void> {
    const content = { epochSize, proof: anchorProofToJson(proof) };
    await this.#write(settledName(epochSize), content);
    if (!this.#settled.includes(epochSize)) this.#settled.push(epochSize);
  }

  /** @throws AnchoringError ANCHOR_STATE_INVALID if it is not there or not what was written. */
  async readSettled(epochSize: TreeSize): Promise<SettledAnchor> {
    const value = await this.#read(settledName(epochSize));
    if (value === null) throw invalid(`the anchor of ${epochSize} epochs is missing`);
    const members = new JsonMembers(value, invalid);
    const isThis = members.required('epochSize', COUNT) === epochSize;
    const proof = parseAnchorProof(members.required('proof', JSON_OBJECT));
    members.end();
    if (!isThis) throw invalid('a settled anchor is under another name');
    return { epochSize, proof };
  }

  /** Whatever settled is there: the newest may be one that a crash kept the chain from naming. */
  async #checkComplete(): Promise<void> {
    const { settled } = await this.#readChainFile();
    const found = this.#settled.length;
    if (found !== settled && found !== settled + 1)
      throw invalid(`${found} settled anchors are there, ${CHAIN_FILE} says ${settled}`);
  }

  async #readChainFile(): Promise<{ chain: JsonObject | null; settled: number }> {
    const value = await this.#read(CHAIN_FILE);
    if (value === null) throw invalid(`${CHAIN_FILE} is missing`);
    const members = new JsonMembers(value, invalid);
    const settled = members.required('settled', COUNT);
    const chain = members.optional('chain', JSON_OBJECT) ?? null;
    members.end();
    return { chain, settled };
  }

  async #writeChainFile(chain: JsonObject | null): Promise<void> {
    const settled = this.#settled.length;
    await this.#write(CHAIN_FILE, { settled, ...(chain !== null && { chain }) });
  }

  async #read(name: string): Promise<JsonObject | null> {
    try {
      const bytes = await readFile(join(this.#directory, name));
      return parseStoredJson(this.#place(name), bytes, {
        damaged: (reason) => invalid(`${name} is not what was written: ${reason}`),
        newer: (format, known) =>
          invalid(`${name} has format ${format}; this version reads up to ${known}`),
      });
    } catch (cause) {
      if (systemErrorCode(cause) === 'ENOENT') return null;
      throw cause;
    }
  }

  async #write(name: string, content: JsonObject): Promise<void> {
    const bytes = formatStoredJson(this.#place(name), content);
    await writeFileDurably(join(this.#directory, name), bytes, 0o600);
  }

  #place(name: string): string {
    return `anchors/${basename(this.#directory)}/${name}`;
  }
}

function settledName(epochSize: TreeSize): string {
  return `settled.${String(epochSize).padStart(12, '0')}.json`;
}

function invalid(reason: string, cause?: unknown): AnchoringError {
  const message = `the stored anchors are unusable: ${reason}`;
  return new AnchoringError('ANCHOR_STATE_INVALID', message, { cause });
}
