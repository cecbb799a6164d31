/** Requests for an operation, made from its description and from what is known to be there. */
import fc, { type Arbitrary } from 'fast-check';
import { bodyOf, type FuzzBody } from './bodies.js';
import type { Description, Operation, Parameter, Schema } from './description.js';
import type { FuzzRequest } from './fuzz-request.js';
import { HOSTILE_TEXTS } from './texts.js';
import { asTexts, hostileText, type KnownTexts, validValue } from './values.js';

/** What there is to ask by. */
export interface Knowledge {
  /** Of the tenant that asks, for a parameter of that operation. */
  own(operation: Operation): KnownTexts;
  /** Of another tenant. */
  foreign(operation: Operation): KnownTexts;
  readonly bodies: Readonly<Record<string, readonly Uint8Array[]>>;
  /** Names of `Asker`s; those that may do most more often. */
  readonly askers: readonly string[];
  /** Whom a header is for, by its name: careful requests that have it are from there, and half of the others. */
  readonly askerOfHeader: Readonly<Record<string, string>>;
  /** Ledgers that are not there for any asker of the tenant, and one that nobody has. */
  readonly hiddenLedgers: readonly string[];
  readonly unknownLedger: string;
}

type Field = readonly [name: string, value: string];

const OTHER_METHODS = [
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'QUERY',
  'PROPFIND',
];

export function requestsFor(
  description: Description,
  operation: Operation,
  knowledge: Knowledge,
): Arbitrary<FuzzRequest> {
  const { resolve } = description;
  const own = { resolve, known: knowledge.own(operation) };
  const foreign = knowledge.foreign(operation);
  const valueOf = (parameter: Parameter, isCareful: boolean): Arbitrary<string> => {
    const known = own.known(parameter.name);
    const strangers = foreign(parameter.name);
    const valid = validValue(parameter.schema, parameter.name, own).map((value) =>
      asTexts(value).join(),
    );
    const careful =
      known.length === 0
        ? valid
        : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known) }, valid);
    if (isCareful) return careful;
    return fc.oneof(
      { weight: 5, arbitrary: careful },
      { weight: 3, arbitrary: hostileText() },
      { weight: 1, arbitrary: borders(resolve(parameter.schema)) },
      ...(strangers.length === 0 ? [] : [{ weight: 3, arbitrary: fc.constantFrom(...strangers) }]),
      ...(known.length === 0
        ? []
        : [
            {
              weight: 1,
              arbitrary: fc.tuple(fc.constantFrom(...known), fc.nat(), fc.boolean()).map(bent),
            },
          ]),
    );
  };
  const request = (isCareful: boolean): Arbitrary<FuzzRequest> =>
    fc
      .record({
        method: isCareful ? fc.constant(operation.method) : methodOf(operation),
        path: pathOf(operation, (parameter) => valueOf(parameter, isCareful)),
        query: queryOf(operation, isCareful, (parameter) => valueOf(parameter, isCareful)),
        fields: headersOf(operation, isCareful, (parameter) => valueOf(parameter, isCareful)),
        body: bodyOf(operation.body, isCareful, { ...own, bodies: knowledge.bodies }),
        isChunked: isCareful ? fc.constant(false) : fc.nat(6).map((one) => one === 0),
        anyAsker: fc.constantFrom(...knowledge.askers),
        isByHeader: isCareful ? fc.constant(true) : fc.boolean(),
        isRaw: isCareful ? fc.constant(false) : fc.nat(9).map((one) => one === 0),
      })
      .map(({ method, path, query, fields, body, isChunked, anyAsker, isByHeader, isRaw }) => {
        const asker = isByHeader ? askerOf(fields, knowledge, anyAsker) : anyAsker;
        // What cannot be read is answered with a body, which a client of HEAD does not take for one.
        const encode = isRaw && method !== 'HEAD' ? rawly : encoded;
        const target = (ledger: string | null): string => {
          const steps = operation.path.replace(/\{(\w+)\}/g, (_whole, name: string) => {
            const text = name === 'ledger' && ledger !== null ? ledger : (path[name] ?? '');
            // What has slashes in it by its nature is also sent with them.
            return name === 'path' ? text.split('/').map(encode).join('/') : encode(text);
          });
          return (
            steps +
            (query.length === 0
              ? ''
              : `?${query.map((pair) => pair.map(encode).join('=')).join('&')}`)
          );
        };
        const isHidden = knowledge.hiddenLedgers.includes(path['ledger'] ?? '');
        return {
          method,
          target: target(null),
          headers: [...fields, ...typeField(body)],
          body: body?.bytes ?? null,
          isChunked,
          asker,
          ...(isHidden && { twinTarget: target(knowledge.unknownLedger) }),
        };
      });
  return fc.oneof(
    { weight: 1, arbitrary: request(true) },
    { weight: 1, arbitrary: request(false) },
  );
}

function askerOf(
  fields: readonly Field[],
  { askerOfHeader }: Knowledge,
  otherwise: string,
): string {
  return fields.map(([name]) => askerOfHeader[name]).find((one) => one !== undefined) ?? otherwise;
}

function methodOf({ method }: Operation): Arbitrary<string> {
  return fc.oneof({ weight: 9, arbitrary: fc.constant(method) }, fc.constantFrom(...OTHER_METHODS));
}

type ValueOf = (parameter: Parameter) => Arbitrary<string>;

function pathOf({ parameters }: Operation, valueOf: ValueOf): Arbitrary<Record<string, string>> {
  const named = parameters.filter((parameter) => parameter.in === 'path');
  return fc.record(
    Object.fromEntries(named.map((parameter) => [parameter.name, valueOf(parameter)])),
  );
}

function queryOf(operation: Operation, isCareful: boolean, valueOf: ValueOf): Arbitrary<Field[]> {
  const named = operation.parameters.filter((parameter) => parameter.in === 'query');
  const given = named.map((parameter): Arbitrary<Field[]> => {
    const value = valueOf(parameter).map((text): Field[] => [[parameter.name, text]]);
    const none = {
      weight: isCareful && parameter.required ? 0 : 4,
      arbitrary: fc.constant<Field[]>([]),
    };
    if (isCareful) return fc.oneof(none, value);
    const twice = fc.tuple(value, value).map((both) => both.flat());
    const asArray = value.map((fields) => fields.map(([name, text]): Field => [`${name}[]`, text]));
    return fc.oneof(
      parameter.required ? { weight: 1, arbitrary: none.arbitrary } : none,
      { weight: 3, arbitrary: value },
      twice,
      asArray,
    );
  });
  const odd = fc.constantFrom<Field[]>(
    [['unknown', '1']],
    [['a[b]', 'c']],
    [['__proto__', '1']],
    [['constructor[prototype]', '1']],
    [['', '']],
    [['toString', 'x']],
    [['\ud800', '\udfff']],
    [
      ['limit', '1'],
      ['limit', '2'],
    ],
    ...HOSTILE_TEXTS.slice(0, 20).map((text): Field[] => [[text, text]]),
  );
  return fc
    .tuple(
      isCareful ? fc.constant([]) : fc.oneof({ weight: 5, arbitrary: fc.constant([]) }, odd),
      ...given,
    )
    .map((fields) => fields.flat());
}

/** None that Node's client would not send, and none that ends the connection before its answer. */
const ODD_FIELDS: readonly Field[] = [
  ['Accept', 'text/html'],
  ['Accept', 'application/json;q=0'],
  ['Accept', '*/*'],
  ['Accept', 'text/x-tlog-proof'],
  ['Accept', ',;q=nonsense'],
  ['Accept', 'x'.repeat(3000)],
  ['Accept-Encoding', 'br, gzip'],
  ['If-None-Match', '*'],
  ['If-None-Match', '"'],
  ['If-None-Match', `W/"${'0'.repeat(64)}", "x"`],
  ['If-Match', '"x"'],
  ['If-Modified-Since', 'Thu, 01 Jan 2099 00:00:00 GMT'],
  ['Range', 'bytes=0-0'],
  ['Range', 'bytes=9-1,-5'],
  ['Idempotency-Key', ''],
  ['Idempotency-Key', 'one'],
  ['Idempotency-Key', 'ä'],
  ['Idempotency-Key', 'x'.repeat(256)],
  ['Last-Event-ID', '0'],
  ['Last-Event-ID', '-1'],
  ['Last-Event-ID', '9007199254740993'],
  ['Last-Event-ID', '999999999999999'],
  ['Content-Encoding', 'gzip'],
  ['Expect', '100-continue'],
  ['Expect', 'a miracle'],
  ['Upgrade', 'h2c'],
  ['X-Request-Id', '<script>'],
  ['X-Request-Id', 'chosen-by-the-client'],
  ['X-HTTP-Method-Override', 'DELETE'],
  ['X-Forwarded-For', '10.0.0.1'],
  ['X-Forwarded-Host', 'evil.example'],
  ['Host', 'evil.example'],
  ['Origin', 'https://evil.example'],
  ['Cookie', 'key=x'],
  ['Referer', 'https://evil.example/'],
];

function headersOf(
  { parameters }: Operation,
  isCareful: boolean,
  valueOf: ValueOf,
): Arbitrary<Field[]> {
  const named = parameters.filter((parameter) => parameter.in === 'header');
  const given = named.map((parameter) =>
    fc.oneof(
      { weight: isCareful ? 1 : 3, arbitrary: fc.constant<Field[]>([]) },
      valueOf(parameter).map((text): Field[] => [[parameter.name, headerText(text)]]),
    ),
  );
  const odd = isCareful
    ? fc.constantFrom<Field[]>([], [], [['If-None-Match', '*']])
    : fc.array(fc.constantFrom(...ODD_FIELDS), { maxLength: 2 });
  return fc.tuple(odd, ...given).map((fields) => fields.flat());
}

function typeField(body: FuzzBody | null): Field[] {
  return body?.type === null || body === null ? [] : [['Content-Type', body.type]];
}

/** At the border of what the schema allows, and one beyond it. */
function borders({ minimum, maximum, minLength, maxLength }: Schema): Arbitrary<string> {
  const numbers = [minimum, maximum].flatMap((one) =>
    one === undefined ? [] : [one - 1, one, one + 1],
  );
  const lengths = [minLength, maxLength].flatMap((one) =>
    one === undefined ? [] : [one, one + 1],
  );
  const texts = [...numbers.map(String), ...lengths.map((one) => 'x'.repeat(one))];
  return fc.constantFrom(...(texts.length === 0 ? ['0'] : texts));
}

/** What is there, cut short or with one character changed: cursors and ids above all. */
function bent([text, place, isCut]: readonly [string, number, boolean]): string {
  const at = place % (text.length + 1);
  if (isCut) return text.slice(0, at);
  const other = text[at] === 'A' ? 'B' : 'A';
  return text.slice(0, at) + other + text.slice(at + 1);
}

/** Percent-encoded, also what `encodeURIComponent` refuses: a surrogate of its own. */
function encoded(text: string): string {
  return Array.from(text, (character) =>
    /^[\ud800-\udfff]$/.test(character)
      ? [
          0xe0 | (character.charCodeAt(0) >> 12),
          0x80 | ((character.charCodeAt(0) >> 6) & 63),
          0x80 | (character.charCodeAt(0) & 63),
        ]
          .map((byte) => `%${byte.toString(16)}`)
          .join('')
      : encodeURIComponent(character),
  ).join('');
}

/** As it is, but for what would end the request line. */
function rawly(text: string): string {
  return text.replace(/[^\u0021-\u00ff]/g, (character) => encoded(character));
}

function headerText(text: string): string {
  return text.replace(/[^\t\u0020-\u007e\u0080-\u00ff]/g, '?');
}
