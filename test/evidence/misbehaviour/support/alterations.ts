/**
 * Alterations of proofs, each made from a number alone: of the bytes as they come, and of one value in its own
 * encoding, written canonically again, so that it gets past the strict reading and meets the checks.
 */
import { bytesAltered } from '../../../support/byte-alterations.js';
import type { Alteration } from '../../../support/offences.js';
import { SeededChoice } from '../../../support/seeded-choice.js';
import { canonical, leavesOf, type Node, parse, type Path, set } from '../../support/json-edit.js';

export function alteration(original: Uint8Array, seed: number): Alteration {
  const random = new SeededChoice(`alteration ${seed}`);
  switch (seed % 4) {
    case 0:
      return bytesAltered(original, random);
    case 1:
      return membersAltered(original, random);
    default:
      return valueAltered(original, random);
  }
}

function valueAltered(original: Uint8Array, random: SeededChoice): Alteration {
  const file = parse(original);
  const { path, value } = random.pick(leavesOf(file));
  set(file, path, typeof value === 'string' ? otherText(path, value, random) : random.below(30));
  return { bytes: canonical(file), what: path.join('/') };
}

/** Something left out, put twice, put in, or exchanged with its neighbour. */
function membersAltered(original: Uint8Array, random: SeededChoice): Alteration {
  const file = parse(original);
  const nodes = nodesOf(file);
  const node = random.pick(nodes);
  const names = Object.keys(node);
  const [name, other] = [random.pick(names), random.pick(names)];
  switch (random.below(4)) {
    case 0:
      if (Array.isArray(node)) node.splice(Number(name), 1);
      else Reflect.deleteProperty(node, name);
      break;
    case 1:
      if (Array.isArray(node)) node.splice(Number(name), 0, node[Number(name)]);
      else node[`${name}2`] = node[name];
      break;
    case 2:
      [node[name], node[other]] = [node[other], node[name]];
      break;
    default:
      node[name] = random.pick([null, {}, [], '', 0, true]);
  }
  return { bytes: canonical(file), what: `members of ${name}` };
}

function nodesOf(value: unknown): Node[] {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return [];
  return [value as Node, ...Object.values(value).flatMap(nodesOf)];
}

const TEXTS: ReadonlySet<unknown> = new Set(['key', 'kind']);

function otherText(path: Path, value: string, random: SeededChoice): string {
  const name = path.at(-1);
  if (path[0] === 'checkpoints' || TEXTS.has(name)) {
    const at = random.below(value.length);
    return value.slice(0, at) + String.fromCharCode(0x21 + random.below(94)) + value.slice(at + 1);
  }
  const encoding = name === 'log' || name === 'tenant' ? 'hex' : 'base64';
  const bytes = Buffer.from(value, encoding);
  const at = random.below(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  return bytes.toString(encoding);
}
