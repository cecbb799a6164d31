/** What an entry holds, as data and as rows of a report. */
import type { UnixMillis } from '../base/brand.js';
import { canonicalJson, type JsonObject, type JsonValue } from '../base/canonical-json.js';
import { sha256Hex } from '../base/hash.js';
import type { HexDigest } from '../base/hex-digest.js';
import { rows as rowsBlock } from './internal/blocks.js';
import type { Block, LabelledRow } from './report-document.js';
import type { Say } from './report-language.js';

export type Content =
  | { readonly kind: 'json'; readonly value: JsonValue }
  | {
      readonly kind: 'binary';
      /** RFC 6838. */
      readonly mediaType: string;
      /** Bytes. */
      readonly size: number;
      readonly sha256: HexDigest;
    }
  /** There is one, and it is not shown. */
  | { readonly kind: 'withheld'; readonly reason: OmissionReason };

export type OmissionReason =
  /** Law or an order keeps the type from whoever the report is for. */
  | 'restricted-type'
  /** Data of other persons. */
  | 'others'
  /** It names the person who signed. */
  | 'names-signer'
  /** Its secret was destroyed. */
  | 'erased'
  /** Its secret is not here. */
  | 'sealed';

/** `from` ≤ t < `to`; null: without limit. */
export interface ValidTime {
  readonly from: UnixMillis | null;
  readonly to: UnixMillis | null;
}

/** Every member and item a row, nested ones indented, values as JSON text. */
export function contentBlocks(content: Content, say: Say): readonly Block[] {
  switch (content.kind) {
    case 'binary': {
      const { size, mediaType, sha256 } = content;
      return [
        rowsBlock([
          [say('label.content'), say('value.binary', { size, mediaType })],
          [say('label.sha256'), sha256, 'mono'],
        ]),
      ];
    }
    case 'withheld': {
      const reason = say(`omission.${content.reason}`);
      return [rowsBlock([[say('label.content'), say('value.withheld', { reason })]])];
    }
    case 'json':
      return jsonBlocks(content.value, say);
  }
}

/** JSON text of at most `maxLength` characters, or its beginning with length and digest of the whole. */
export function jsonText(value: JsonValue, maxLength: number, say: Say): string {
  const text = canonicalJson(value);
  if (text.length <= maxLength) return text;
  const start = text.slice(0, maxLength).replace(HALF_CHARACTER, '');
  return say('value.cut', { start, length: text.length, sha256: sha256Hex(text) });
}

const HALF_CHARACTER = /[\ud800-\udbff]$/;

const MAX_VALUE_LENGTH = 4_000;
const MAX_LABEL_LENGTH = 200;
const MAX_ROWS = 2_000;
const MAX_DEPTH = 12;

function jsonBlocks(value: JsonValue, say: Say): readonly Block[] {
  // Under a row of ours: a member's name cannot pass for one of the rows that we vouch for.
  const members = [...jsonRows(say('label.content'), value, 0, say)];
  if (members.length <= MAX_ROWS) return [{ kind: 'rows', rows: members }];
  const count = members.length - MAX_ROWS;
  const sha256 = sha256Hex(canonicalJson(value));
  return [
    { kind: 'rows', rows: members.slice(0, MAX_ROWS) },
    { kind: 'note', text: say('value.more', { count, sha256 }) },
  ];
}

function* jsonRows(
  label: string,
  value: JsonValue,
  depth: number,
  say: Say,
): Generator<LabelledRow> {
  const name = label.length > MAX_LABEL_LENGTH ? jsonText(label, MAX_LABEL_LENGTH, say) : label;
  const members = depth > MAX_DEPTH ? [] : membersOf(value);
  if (members.length === 0) {
    yield { label: name, value: jsonText(value, MAX_VALUE_LENGTH, say), depth, mono: true };
    return;
  }
  yield { label: name, value: '', depth };
  for (const [member, item] of members) yield* jsonRows(member, item, depth + 1, say);
}

/** Nothing for an empty object or array: their JSON text says so. */
function membersOf(value: JsonValue): readonly (readonly [name: string, value: JsonValue])[] {
  if (typeof value !== 'object' || value === null) return [];
  if (isArray(value)) return value.map((item, at) => [`[${at}]`, item]);
  return Object.entries(value);
}

/** `Array.isArray` does not narrow readonly arrays. */
function isArray(value: JsonObject | readonly JsonValue[]): value is readonly JsonValue[] {
  return Array.isArray(value);
}
