/**
 * Every place of a JSON Schema where a schema stands, found before anything is compiled: what is
 * bounded, what is refused, and where steps are counted, all rest on knowing them.
 */
import type { JsonObject, JsonValue } from '../../base/canonical-json.js';
import { isJsonObject } from '../../base/json-members.js';
import { schemaRefused } from '../schemas-error.js';

export interface SchemaNode {
  /** In the document; the root's is `''`. */
  readonly pointer: string;
  readonly schema: JsonObject;
  /** Pointers of schemas that are applied to the same value, references included. */
  readonly sameValue: readonly string[];
  /** What its `$ref` means, as a pointer. */
  readonly refersTo: string | null;
}

export interface WalkedSchema {
  readonly nodes: readonly SchemaNode[];
  /** Names that the schema itself gives to members: these may stand in answers. */
  readonly names: ReadonlySet<string>;
}

const MAX_NODES = 5000;
/** Of one keyword at one place: compiling goes with the square of these. */
const MAX_MEMBERS = 1000;
/** Of references and alternatives that lead from one value to the same value. */
const MAX_CHAIN = 64;

/** @throws SchemasError SCHEMA_REFUSED. */
export function walkSchema(root: JsonObject): WalkedSchema {
  const found = new Map<string, Found>();
  const anchors = new Map<string, string>();
  visit(root, '', { found, anchors });
  const nodes = [...found.values()].map(({ node, reference }) => {
    if (reference === undefined) return node;
    const target = targetOf(reference, anchors);
    // Elsewhere it could name what is no schema, and was not looked at.
    if (target === null || !(found.has(target) || isBoolean(root, target)))
      throw schemaRefused('refers to what is no schema of this document', node.pointer);
    return { ...node, sameValue: [...node.sameValue, target], refersTo: target };
  });
  refuseCircles(nodes);
  const names = nodes.flatMap(({ schema }) => [
    ...namesIn(schema['properties']),
    ...(Array.isArray(schema['required']) ? (schema['required'] as readonly JsonValue[]) : []),
  ]);
  return { nodes, names: new Set(names.filter((name) => typeof name === 'string')) };
}

interface Found {
  readonly node: SchemaNode;
  readonly reference: string | undefined;
}

interface Walk {
  readonly found: Map<string, Found>;
  readonly anchors: Map<string, string>;
}

/** By what a keyword holds, and whether it is applied to the value itself or to a part of it. */
const SAME = { one: ['not', 'if', 'then', 'else'], many: ['allOf', 'anyOf', 'oneOf'] } as const;
const SAME_BY_NAME = ['dependentSchemas', 'dependencies'] as const;
const PARTS = {
  one: [
    'items',
    'additionalItems',
    'contains',
    'additionalProperties',
    'propertyNames',
    'unevaluatedItems',
    'unevaluatedProperties',
    'contentSchema',
  ],
  many: ['prefixItems', 'items'],
  byName: ['properties', 'patternProperties', '$defs', 'definitions'],
} as const;
/** They move what a reference means; one document needs none of them. */
const REFUSED = [
  '$dynamicRef',
  '$dynamicAnchor',
  '$recursiveRef',
  '$recursiveAnchor',
  '$vocabulary',
];

function visit(schema: JsonObject, pointer: string, walk: Walk): void {
  if (walk.found.size >= MAX_NODES) throw schemaRefused(`has more than ${MAX_NODES} schemas in it`);
  refuseKeywords(schema, pointer);
  refuseMany(schema, pointer);
  const sameValue: string[] = [];
  const enter = (value: JsonValue | undefined, at: string, isSame: boolean): void => {
    if (value === undefined || Array.isArray(value) || !isJsonObject(value)) return;
    if (isSame) sameValue.push(at);
    visit(value, at, walk);
  };
  const reference = schema['$ref'];
  const node = { pointer, schema, sameValue, refersTo: null };
  walk.found.set(pointer, {
    node,
    reference: typeof reference === 'string' ? reference : undefined,
  });
  const anchor = schema['$anchor'];
  if (typeof anchor === 'string') walk.anchors.set(anchor, pointer);
  for (const [keywords, isSame] of [
    [SAME.one, true],
    [PARTS.one, false],
  ] as const)
    for (const keyword of keywords) enter(schema[keyword], `${pointer}/${keyword}`, isSame);
  for (const [keywords, isSame] of [
    [SAME.many, true],
    [PARTS.many, false],
  ] as const)
    for (const keyword of keywords)
      if (Array.isArray(schema[keyword]))
        for (const [at, one] of (schema[keyword] as readonly JsonValue[]).entries())
          enter(one, `${pointer}/${keyword}/${at}`, isSame);
  for (const [keywords, isSame] of [
    [SAME_BY_NAME, true],
    [PARTS.byName, false],
  ] as const)
    for (const keyword of keywords)
      for (const name of namesIn(schema[keyword])) {
        const at = `${pointer}/${keyword}/${escaped(name)}`;
        enter((schema[keyword] as JsonObject)[name], at, isSame);
      }
}

function refuseKeywords(schema: JsonObject, pointer: string): void {
  for (const keyword of REFUSED)
    if (Object.hasOwn(schema, keyword)) throw schemaRefused(`has ${keyword}`, pointer);
  if (pointer !== '' && (Object.hasOwn(schema, '$id') || Object.hasOwn(schema, '$schema')))
    throw schemaRefused('has $id or $schema below its root', pointer);
  const reference = schema['$ref'];
  if (typeof reference === 'string' && !reference.startsWith('#'))
    throw schemaRefused('refers to another document: only references with # are taken', pointer);
}

function refuseMany(schema: JsonObject, pointer: string): void {
  for (const keyword of [...SAME.many, ...SAME_BY_NAME, ...PARTS.many, ...PARTS.byName]) {
    const value = schema[keyword];
    if (typeof value !== 'object' || value === null) continue;
    const count = Array.isArray(value) ? value.length : Object.keys(value).length;
    if (count > MAX_MEMBERS)
      throw schemaRefused(`has more than ${MAX_MEMBERS} members in ${keyword}`, pointer);
  }
}

function targetOf(reference: string, anchors: ReadonlyMap<string, string>): string | null {
  if (!reference.startsWith('#/') && reference !== '#')
    return anchors.get(reference.slice(1)) ?? null;
  try {
    return decodeURIComponent(reference.slice(1));
  } catch (cause) {
    if (cause instanceof URIError) return null;
    throw cause;
  }
}

/** `true` and `false` are schemas too. They lie where `$defs` are, which is all that is looked for. */
function isBoolean(root: JsonObject, pointer: string): boolean {
  const [, holder, name, ...more] = pointer.split('/');
  if ((holder !== '$defs' && holder !== 'definitions') || name === undefined || more.length > 0)
    return false;
  const held = root[holder];
  return held !== undefined && isJsonObject(held) && typeof held[unescaped(name)] === 'boolean';
}

/** A schema that is applied to a value because it was applied to that value never ends. */
function refuseCircles(nodes: readonly SchemaNode[]): void {
  const byPointer = new Map(nodes.map((node) => [node.pointer, node]));
  const chains = new Map<string, number>();
  const chainFrom = (pointer: string, depth: number): number => {
    const known = chains.get(pointer);
    if (known !== undefined) return known;
    if (depth > MAX_CHAIN)
      throw schemaRefused(
        `refers to itself for one and the same value, or nests references ${MAX_CHAIN} deep`,
        pointer,
      );
    let longest = 0;
    for (const next of byPointer.get(pointer)?.sameValue ?? [])
      longest = Math.max(longest, 1 + chainFrom(next, depth + 1));
    chains.set(pointer, longest);
    return longest;
  };
  for (const { pointer } of nodes)
    if (chainFrom(pointer, 0) > MAX_CHAIN)
      throw schemaRefused(`nests references more than ${MAX_CHAIN} deep`, pointer);
}

function namesIn(value: JsonValue | undefined): string[] {
  return value !== undefined && isJsonObject(value) ? Object.keys(value) : [];
}

function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function unescaped(name: string): string {
  return name.replaceAll('~1', '/').replaceAll('~0', '~');
}
