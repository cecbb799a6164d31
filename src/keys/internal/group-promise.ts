/** The file in the key store that says what a node has promised about a log (docs/formats/vault.md). */
import type { JsonObject } from '../../base/canonical-json.js';
import { sha256Hex } from '../../base/hash.js';
import { COUNT, DIGEST, type JsonMembers, oneOf, type Shape } from '../../base/json-members.js';
import type { GroupPromise } from '../key-store.js';

export const ORIGIN: Shape<string> = {
  what: 'text of 1 to 512 characters',
  read: (value) =>
    typeof value === 'string' && value.length > 0 && value.length <= 512 ? value : null,
};
const MEMORY = oneOf('whole', 'behind');

export function promiseFile(origin: string): string {
  return `group.${sha256Hex(origin)}.json`;
}

export function isPromiseFile(file: string): boolean {
  return /^group\.[0-9a-f]{64}\.json$/.test(file);
}

export function promiseContent({ promised, memory, run }: GroupPromise): JsonObject {
  return {
    memory,
    run,
    ...(promised !== null && { node: promised.node, number: promised.number }),
  };
}

export function readPromise(members: JsonMembers): GroupPromise {
  const node = members.optional('node', DIGEST);
  const promised = node === undefined ? null : { node, number: members.required('number', COUNT) };
  return {
    promised,
    memory: members.required('memory', MEMORY),
    run: members.required('run', COUNT),
  };
}
