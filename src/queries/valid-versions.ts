/** Which records are the versions that were valid at an instant, subject by subject. */
import type { TreeSize, UnixMillis } from '../base/brand.js';
import { digestToHex, type HexDigest } from '../base/hex-digest.js';
import { stateOf } from '../records/as-of-state.js';
import { parseStatement } from '../records/parse-statement.js';
import type { LogView, ViewedEntry } from '../views/log-view.js';
import { versionsOf } from './subject-entries.js';
import type { TenantLedger } from './tenant-ledgers.js';

/** Of subjects, in one answer. */
const MAX_REMEMBERED = 1_000;

export class ValidVersions {
  readonly #ledger: TenantLedger;
  readonly #view: LogView;
  readonly #size: TreeSize;
  readonly #validAt: UnixMillis;
  readonly #chosen = new Map<HexDigest, Promise<ReadonlySet<HexDigest>>>();

  constructor(ledger: TenantLedger, view: LogView, size: TreeSize, validAt: UnixMillis) {
    this.#ledger = ledger;
    this.#view = view;
    this.#size = size;
    this.#validAt = validAt;
  }

  async has(entry: ViewedEntry): Promise<boolean> {
    const statement = parseStatement(entry.statement);
    if (statement.kind !== 'record') return false;
    const { subject } = statement.tags;
    let chosen = this.#chosen.get(subject);
    if (chosen === undefined) {
      if (this.#chosen.size >= MAX_REMEMBERED) this.#chosen.clear();
      this.#chosen.set(subject, (chosen = this.#choose(subject)));
    }
    return (await chosen).has(digestToHex(entry.leafHash));
  }

  async #choose(subject: HexDigest): Promise<ReadonlySet<HexDigest>> {
    const versions = await versionsOf(this.#ledger.vault, this.#view, subject, this.#size);
    const standing = stateOf(versions, { validAt: this.#validAt });
    return new Set(standing.map(({ leafHash }) => leafHash));
  }
}
