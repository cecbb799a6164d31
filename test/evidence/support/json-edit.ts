/** Altering parsed JSON: what an attacker with a text editor can do to an evidence file. */
import { canonicalJsonBytes, type JsonValue } from '../../../src/base/canonical-json.js';

export type Path = readonly (string | number)[];
export type Node = Record<string | number, unknown>;

export function parse(bytes: Uint8Array): Node {
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as Node;
}

export function canonical(value: unknown): Uint8Array {
  return canonicalJsonBytes(value as JsonValue);
}

/** The file with `change` made to a copy of its JSON, written canonically again. */
export function edited(bytes: Uint8Array, change: (file: Node) => void): Uint8Array {
  const file = parse(bytes);
  change(file);
  return canonical(file);
}

export function get(file: Node, path: Path): unknown {
  return path.reduce<unknown>((node, step) => (node as Node)[step], file);
}

export function set(file: Node, path: Path, value: unknown): void {
  const parent = get(file, path.slice(0, -1)) as Node;
  parent[path.at(-1) ?? ''] = value;
}

export function update(file: Node, path: Path, change: (value: never) => unknown): void {
  set(file, path, change(get(file, path) as never));
}

export function remove(file: Node, path: Path): void {
  const parent = get(file, path.slice(0, -1)) as Node;
  const last = path.at(-1) ?? '';
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else Reflect.deleteProperty(parent, last);
}

/** Every value that is no object or array, with its path. */
export function leavesOf(value: unknown, path: Path = []): { path: Path; value: unknown }[] {
  if (typeof value !== 'object' || value === null) return [{ path, value }];
  return Object.entries(value).flatMap(([name, member]) =>
    leavesOf(member, [...path, Array.isArray(value) ? Number(name) : name]),
  );
}

/** Every object, with its path. */
export function objectsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.entries(value).flatMap(([name, member]) =>
    objectsOf(member, [...path, Array.isArray(value) ? Number(name) : name]),
  );
  return Array.isArray(value) ? below : [path, ...below];
}
