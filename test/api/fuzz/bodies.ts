/** Bodies: as described, almost so, and nothing of the kind. */
import fc, { type Arbitrary } from 'fast-check';
import type { Content } from './description.js';
import { HOSTILE_TEXTS } from './texts.js';
import { anything, validValue, type ValueOptions } from './values.js';

export interface FuzzBody {
  readonly type: string | null;
  readonly bytes: Uint8Array;
}

export interface BodyOptions extends ValueOptions {
  /** That mean something to the node, by media type. */
  readonly bodies: Readonly<Record<string, readonly Uint8Array[]>>;
}

const NDJSON = 'application/x-ndjson';
const OTHER_TYPES = [
  'text/plain',
  'application/xml',
  'application/json; charset=latin1',
  'application/json;charset=utf-8',
  'Application/JSON',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/problem+json',
  '',
  ';',
  '*/*',
  NDJSON,
  'application/json',
];

/** @param isCareful only what the description allows, or what is known to be taken. */
export function bodyOf(
  content: Content,
  isCareful: boolean,
  options: BodyOptions,
): Arbitrary<FuzzBody | null> {
  const described = Object.entries(content);
  const valid = described.map(([type, { schema }]) => validBody(type, schema, options));
  if (isCareful) return valid.length === 0 ? fc.constant(null) : fc.oneof(...valid);
  const some = valid.length === 0 ? anyJson() : fc.oneof(...valid);
  return fc.oneof(
    { weight: 3, arbitrary: some },
    { weight: 5, arbitrary: fc.tuple(some, TEXT_FAULT).map(([body, fault]) => fault(body)) },
    { weight: 3, arbitrary: fc.tuple(some, VALUE_FAULT).map(([body, fault]) => fault(body)) },
    { weight: 1, arbitrary: anyJson() },
    {
      weight: 1,
      arbitrary: fc
        .tuple(some, fc.constantFrom(null, ...OTHER_TYPES))
        .map(([{ bytes }, type]) => ({ type, bytes })),
    },
    { weight: 1, arbitrary: fc.constant(null) },
  );
}

function validBody(
  type: string,
  schema: Parameters<typeof validValue>[0],
  options: BodyOptions,
): Arbitrary<FuzzBody> {
  const known = (options.bodies[type] ?? []).map((bytes) => ({ type, bytes }));
  const value = validValue(schema, 'body', options);
  const isBinary = schema.format === 'binary';
  const written =
    type === NDJSON
      ? fc.array(value, { minLength: 1, maxLength: 4 }).map((lines) => lines.map(text).join('\n'))
      : value.map((one) => (isBinary ? String(one) : text(one)));
  const made = written.map((one) => ({ type, bytes: Buffer.from(one) }));
  // What is known is of one operation or another: of little use where members are described.
  const isLoose = isBinary || schema.additionalProperties !== false;
  if (known.length === 0 || !isLoose) return made;
  return fc.oneof(made, { weight: 3, arbitrary: fc.constantFrom(...known) });
}

function anyJson(): Arbitrary<FuzzBody> {
  const type = 'application/json';
  return fc.oneof(
    anything().map((value) => ({ type, bytes: Buffer.from(text(value)) })),
    fc.constantFrom(...HOSTILE_TEXTS).map((one) => ({ type, bytes: Buffer.from(one) })),
    fc.uint8Array({ maxLength: 64 }).map((bytes) => ({ type, bytes })),
  );
}

type Fault = (body: FuzzBody) => FuzzBody;

/** What is wrong with the text; most of them no JSON library can write. */
const TEXT_FAULT: Arbitrary<Fault> = fc
  .tuple(
    fc.nat(1_000_000),
    fc.constantFrom<(text: string, at: number) => string>(
      (json, at) => json.slice(0, at),
      (json) => json.replace('{', '{"__proto__":{"role":"admin"},'),
      (json) => json.replace('{', '{"\\u005f_proto__":1,'),
      (json) => json.replace('{', '{"constructor":{"prototype":{}},'),
      (json) => json.replace(/\{("[^"]*"):/, '{$1:null,$1:'),
      (json) => json.replace(/\{("[^"]*"):/, `{$1:${'['.repeat(70)}${']'.repeat(70)},"x":`),
      (json) =>
        json.replace(/\{("[^"]*"):/, `{$1:${'{"a":'.repeat(5000)}1${'}'.repeat(5000)},"x":`),
      (json) => json.replace(/:("[^"]*"|[\d.]+)/, ':1e400'),
      (json) => json.replace(/:("[^"]*"|[\d.]+)/, ':-0'),
      (json) => json.replace(/:("[^"]*"|[\d.]+)/, ':9007199254740993'),
      (json) => json.replace(/:("[^"]*"|[\d.]+)/, `:${'9'.repeat(2000)}`),
      (json) => json.replace(/:"/, ':"\\ud800'),
      (json) => json.replace(/:"/, ':"\\u0000'),
      (json) => json.replace(/:"/, `:"${'x'.repeat(20_000)}`),
      (json) => json + ' '.repeat(70_000),
      (json) => `\ufeff${json}`,
      (json) => `${json} ${json}`,
      (json) => `${json}\n\n\r\n${json}`,
      (json) => json.replaceAll('"', "'"),
      (json, at) => `${json.slice(0, at)}\0${json.slice(at)}`,
      (json) => json.replace(',', ',,'),
      (json) => `[${json}]`,
      (json) => JSON.stringify(json),
    ),
  )
  .map(([place, fault]) => (body) => {
    const json = Buffer.from(body.bytes).toString();
    return { ...body, bytes: Buffer.from(fault(json, place % (json.length + 1))) };
  });

/** What is wrong with the value, or with its bytes. */
const VALUE_FAULT: Arbitrary<Fault> = fc.oneof(
  fc.tuple(fc.nat(), anything()).map(
    ([place, other]) =>
      (body: FuzzBody) =>
        changed(body, (value) => withMember(value, place, other)),
  ),
  fc.nat().map((place) => (body: FuzzBody) => changed(body, (value) => without(value, place))),
  anything().map((other) => (body: FuzzBody) => changed(body, (value) => ({ ...value, other }))),
  fc
    .tuple(fc.nat(), fc.constantFrom(0xff, 0xc0, 0x80, 0xed))
    .map(([place, byte]) => (body: FuzzBody) => {
      const bytes = Uint8Array.from(body.bytes);
      if (bytes.length > 0) bytes[place % bytes.length] = byte;
      return { ...body, bytes };
    }),
);

function changed(body: FuzzBody, change: (value: Members) => Members): FuzzBody {
  const value = members(Buffer.from(body.bytes).toString());
  return value === null ? body : { ...body, bytes: Buffer.from(text(change(value))) };
}

type Members = Readonly<Record<string, unknown>>;

/** Another value somewhere: at the top, or one level below. */
function withMember(value: Members, place: number, other: unknown): Members {
  const names = Object.keys(value);
  const name = names[place % names.length];
  if (name === undefined) return value;
  const inner = value[name];
  const isDeeper = place % 2 === 1 && typeof inner === 'object' && inner !== null;
  return { ...value, [name]: isDeeper ? withMember({ ...inner }, place >> 1, other) : other };
}

function without(value: Members, place: number): Members {
  const names = Object.keys(value);
  const gone = names[place % names.length];
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== gone));
}

function members(json: string): Members | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Members)
      : null;
  } catch {
    return null;
  }
}

/** Lone surrogates come out as JSON writes them: escaped. */
function text(value: unknown): string {
  return JSON.stringify(value);
}
