/**
 * What the anchorer must not forget: the chain's coin with everything signed to spend it, and each
 * settled anchor with its proof, one file each. Durable before anything is broadcast.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TreeSize } from '../base/brand.js';
import { canonicalJsonBytes, type JsonValue, parseCanonicalJson } from '../base/canonical-json.js';
import { COUNT, JsonMembers, JSON_OBJECT } from '../base/json-members.js';
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

  static async open(directory: string): Promise<AnchorStore> {
    await makeDirectoryDurably(directory);
    const sizes = (await readdir(directory)).flatMap((name) => {
      const size = SETTLED.exec(name)?.[1];
      return size === undefined ? [] : [Number(size) as TreeSize];
    });
    return new AnchorStore(
      directory,
      sizes.sort((a, b) => a - b),
    );
  }

  /** Sizes of the epoch log that are anchored, ascending. */
  get settledSizes(): readonly TreeSize[] {
    return this.#settled;
  }

  /** The chain as it was last stored, or null before the first anchor. */
  async readChain(script: Uint8Array): Promise<AnchorChain | null> {
    const value = await this.#read(CHAIN_FILE);
    return value === null ? null : parseAnchorChain(value, script);
  }

  async writeChain(chain: AnchorChain): Promise<void> {
    await this.#write(CHAIN_FILE, anchorChainToJson(chain));
  }

  async writeSettled({ epochSize, proof }: SettledAnchor): Promise<void> {
    const content = { $v: 1, epochSize, proof: anchorProofToJson(proof) };
    await this.#write(settledName(epochSize), content);
    if (!this.#settled.includes(epochSize)) this.#settled.push(epochSize);
  }

  /** @throws AnchoringError ANCHOR_STATE_INVALID if it is not there or not what was written. */
  async readSettled(epochSize: TreeSize): Promise<SettledAnchor> {
    const value = await this.#read(settledName(epochSize));
    if (value === null) throw invalid(`the anchor of ${epochSize} epochs is missing`);
    const members = new JsonMembers(value, invalid);
    const isThis =
      members.required('$v', COUNT) === 1 && members.required('epochSize', COUNT) === epochSize;
    const proof = parseAnchorProof(members.required('proof', JSON_OBJECT));
    members.end();
    if (!isThis) throw invalid('a settled anchor is under another name');
    return { epochSize, proof };
  }

  async #read(name: string): Promise<JsonValue | null> {
    try {
      return parseCanonicalJson(await readFile(join(this.#directory, name)));
    } catch (cause) {
      if (systemErrorCode(cause) === 'ENOENT') return null;
      throw invalid(`${name} is not what was written`, cause);
    }
  }

  async #write(name: string, content: JsonValue): Promise<void> {
    await writeFileDurably(join(this.#directory, name), canonicalJsonBytes(content), 0o600);
  }
}

function settledName(epochSize: TreeSize): string {
  return `settled.${String(epochSize).padStart(12, '0')}.json`;
}

function invalid(reason: string, cause?: unknown): AnchoringError {
  const message = `the stored anchors are unusable: ${reason}`;
  return new AnchoringError('ANCHOR_STATE_INVALID', message, { cause });
}
