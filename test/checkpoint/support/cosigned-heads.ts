/** All that a witness has ever put its name to, as somebody sees it who collects from everybody. */
import { toHex } from '../../../src/base/bytes.js';
import { parseSignatureLines } from '../../../src/tlog/add-checkpoint.js';
import { parseCheckpoint } from '../../../src/tlog/checkpoint.js';
import { cosignatureVerifier, verifyCosignatures } from '../../../src/tlog/cosignature.js';
import type { VerifierKey } from '../../../src/tlog/note-key.js';

export class CosignedHeads {
  /** What no witness may have done. */
  readonly broken: string[] = [];
  /** Root by origin and size. */
  readonly #roots = new Map<string, string>();
  /** Largest size and latest time by origin. */
  readonly #newest = new Map<string, { size: number; time: number }>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  newestSize(origin: string): number {
    return this.#newest.get(origin)?.size ?? 0;
  }

  /** @param text of the checkpoint that was sent. */
  take(key: VerifierKey, text: string, lines: string): void {
    const { origin, size, rootHash } = parseCheckpoint(text);
    const note = { text, signatures: parseSignatureLines(text, lines) };
    const [cosignature] = verifyCosignatures(note, cosignatureVerifier(key));
    if (cosignature === undefined) {
      this.broken.push(`an answer of ${key.name} has no cosignature of its own`);
      return;
    }
    this.#count++;
    const place = `${key.name} ${origin} ${size}`;
    const root = this.#roots.get(place) ?? toHex(rootHash);
    if (root !== toHex(rootHash)) this.broken.push(`two roots were cosigned: ${place}`);
    this.#roots.set(place, root);
    const before = this.#newest.get(origin) ?? { size: 0, time: 0 };
    if (size < before.size) this.broken.push(`a smaller head was cosigned: ${place}`);
    if (cosignature.timestamp < before.time) this.broken.push(`time went back: ${place}`);
    this.#newest.set(origin, { size, time: cosignature.timestamp });
  }
}
