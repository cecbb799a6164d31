/** What an erasure keeps, and why, without names: alike secrets of one class and month are one line. */
import { canonicalJson, type JsonObject } from '../base/canonical-json.js';
import type { DataScope } from '../base/secret-scope.js';
import type { Reason } from '../retention/judge.js';
import { reasonsToJson } from './retention-json.js';

const MAX_LINES = 1_000;

interface KeptLine extends JsonObject {
  readonly class: string;
  readonly month: string;
  readonly secrets: number;
  readonly reasons: readonly JsonObject[];
}

export class KeptLines {
  readonly #lines = new Map<string, KeptLine>();
  #more = 0;

  add({ class: name, month }: Omit<DataScope, 'use'>, reasons: readonly Reason[]): void {
    const line = { class: name, month, reasons: reasonsToJson(reasons) };
    const key = canonicalJson(line);
    const before = this.#lines.get(key);
    if (before === undefined && this.#lines.size >= MAX_LINES) this.#more++;
    else this.#lines.set(key, { ...line, secrets: (before?.secrets ?? 0) + 1 });
  }

  /** By class, then by month. */
  toJson(): JsonObject {
    const kept = [...this.#lines].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
    return { kept, ...(this.#more > 0 && { keptMore: this.#more }) };
  }
}
