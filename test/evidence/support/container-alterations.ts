/**
 * Alterations of containers, each made from a number alone. Some change bytes as they come; most take the archive
 * apart and make it again, with sizes and checksums that fit, so that the alteration gets past the reader of
 * archives and meets the checks.
 */
import { deflateRawSync } from 'node:zlib';
import { derMutation } from '../../signing/support/der-mutations.js';
import { bytesAltered } from '../../support/byte-alterations.js';
import type { Alteration } from '../../support/offences.js';
import { SeededChoice } from '../../support/seeded-choice.js';
import { descriptor, type Frame, type HeaderFields, makeZip, type Part } from './hand-made-zip.js';
import { manifestAltered } from './manifest-alterations.js';
import { partsOf } from './zip-taken-apart.js';

/** May give the original back. */
export function containerAltered(original: Uint8Array, seed: number): Alteration {
  const random = new SeededChoice(`container ${seed}`);
  switch (random.below(8)) {
    case 0:
      return bytesAltered(original, random);
    case 1:
      return headerAltered(original, random);
    default: {
      const [what, alter] = random.pick(Object.entries(CONTAINER_ALTERATIONS));
      const parts = partsOf(original);
      return { bytes: alter(parts, random) ?? original, what };
    }
  }
}

/** A byte of what is neither name nor content, which are most of an archive. */
function headerAltered(original: Uint8Array, random: SeededChoice): Alteration {
  const altered = Buffer.from(original);
  const headers = [LOCAL, CENTRAL, END].flatMap(({ signature, length }) =>
    everyPlaceOf(altered, signature).map((at) => ({ at, length })),
  );
  const { at, length } = random.pick(headers);
  const place = at + random.below(length);
  altered[place] =
    random.below(2) === 0 ? random.below(256) : (altered[place] ?? 0) ^ (1 << random.below(8));
  return { bytes: altered, what: `byte ${place - at} of the header at ${at}` };
}

const LOCAL = { signature: Buffer.from('PK\x03\x04', 'latin1'), length: 30 };
const CENTRAL = { signature: Buffer.from('PK\x01\x02', 'latin1'), length: 46 };
const END = { signature: Buffer.from('PK\x05\x06', 'latin1'), length: 22 };

function everyPlaceOf(bytes: Buffer, signature: Buffer): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(signature); at >= 0; at = bytes.indexOf(signature, at + 1))
    places.push(at);
  return places;
}

/** Null where there is nothing to alter in that way. */
type Alter = (parts: readonly Part[], random: SeededChoice) => Uint8Array | null;

/** Changes one member, in place. */
function ofOne(change: (part: Part, random: SeededChoice, parts: readonly Part[]) => Part): Alter {
  return (parts, random) => {
    const at = random.below(parts.length);
    return makeZip(parts.map((part, each) => (each === at ? change(part, random, parts) : part)));
  };
}

function ofNamed(
  isMeant: RegExp,
  change: (content: Buffer, random: SeededChoice) => Uint8Array,
): Alter {
  return (parts, random) => {
    const meant = parts.filter(({ name }) => isMeant.test(name));
    if (meant.length === 0) return null;
    const part = random.pick(meant);
    const content = change(Buffer.from(part.content), random);
    return makeZip(parts.map((each) => (each === part ? withContent(part, content) : each)));
  };
}

function framed(frame: (random: SeededChoice, parts: readonly Part[]) => Frame): Alter {
  return (parts, random) => makeZip(parts, frame(random, parts));
}

/** As it would be if it had always had this content. */
function withContent(part: Part, content: Uint8Array): Part {
  const { name, method = 0, flags = 0, version = 20, time = 0, madeBy = 20, attributes } = part;
  const kept = { name, method, flags, version, time, madeBy, ...(attributes && { attributes }) };
  return { ...kept, content, ...((flags & 8) !== 0 && { after: descriptor(content) }) };
}

function compressed(part: Part, data: Uint8Array): Part {
  return { ...withContent({ ...part, method: 8, flags: 0 }, part.content), data };
}

function deflated({ content }: Part, random: SeededChoice): Buffer {
  return deflateRawSync(content, { level: random.below(10) });
}

function flipped(bytes: Uint8Array, random: SeededChoice): Buffer {
  const altered = Buffer.from(bytes);
  if (altered.length === 0) return Buffer.of(0);
  const at = random.below(altered.length);
  altered[at] = (altered[at] ?? 0) ^ (1 << random.below(8));
  return altered;
}

const FIELDS = {
  version: 2,
  flags: 2,
  method: 2,
  time: 4,
  crc: 4,
  compressedSize: 4,
  size: 4,
} as const satisfies Record<keyof HeaderFields, number>;

function otherField(part: Part, random: SeededChoice): Partial<HeaderFields> {
  const [name, length] = random.pick(Object.entries(FIELDS));
  const before = part[name as keyof HeaderFields] ?? 0;
  const bit = 1 << random.below(8 * length);
  const values = [before ^ bit, before + 1, before - 1, 0, 8, bit];
  // As unsigned of its length: what a header has room for.
  const value = random.pick(values) >>> 0;
  return { [name]: length === 2 ? value & 0xffff : value };
}

const NAMES = [
  '../evil.json',
  '/evil.json',
  'C:evil.json',
  'a\\b.json',
  'folder/',
  '.hidden',
  'evidence.json\0.txt',
  'META-INF',
  'META-INF/container.xml',
  'META-INF/manifest.xml',
  'META-INF/signatures.p7s',
  'META-INF/signature002.p7s',
  'META-INF/timestamp001.tst',
  'meta-inf/ASiCManifest009.xml',
  'META-INF/ASiCManifest009.xml',
  'statement.json/evil',
  'evidence.json',
  'collection.json',
  'signatures/009.p7s',
  'README.TXT',
  'mimetype',
];

function extraField(random: SeededChoice): Buffer {
  const length = random.below(12);
  const field = Buffer.alloc(4 + length, random.below(256));
  field.writeUInt16LE(random.pick([0x0001, 0x5455, 0x7075, 0xcafe]), 0);
  field.writeUInt16LE(length, 2);
  return field;
}

export const CONTAINER_ALTERATIONS: Readonly<Record<string, Alter>> = {
  'a member left out': (parts, random) => makeZip(without(parts, random.below(parts.length))),

  'a member twice': (parts, random) => {
    const part = random.pick(parts);
    return makeZip(parts.toSpliced(random.below(parts.length + 1), 0, part));
  },

  'a member twice, the second with another content': (parts, random) => {
    const part = random.pick(parts);
    const other = withContent(part, flipped(part.content, random));
    return makeZip(parts.toSpliced(random.below(parts.length + 1), 0, other));
  },

  'a member twice, under another name': (parts, random) => {
    const part = { ...random.pick(parts), name: random.pick(NAMES) };
    return makeZip(parts.toSpliced(random.below(parts.length + 1), 0, part));
  },

  'two members exchanged': (parts, random) => {
    const [a, b] = [random.below(parts.length), random.below(parts.length)];
    const order = parts.map((_, at) => (at === a ? b : at === b ? a : at));
    return makeZip(order.flatMap((at) => parts.slice(at, at + 1)));
  },

  'members in the opposite order, after the first': (parts) =>
    makeZip([...parts.slice(0, 1), ...parts.slice(1).reverse()]),

  'the contents of two members exchanged': (parts, random) => {
    const [a, b] = [random.pick(parts), random.pick(parts)];
    return makeZip(
      parts.map((part) =>
        part === a ? withContent(a, b.content) : part === b ? withContent(b, a.content) : part,
      ),
    );
  },

  'another name': ofOne((part, random) => ({ ...part, name: random.pick(NAMES) })),

  'the name of another': ofOne((part, random, parts) => ({
    ...part,
    name: random.pick(parts).name,
  })),

  'a name in another case': ofOne((part) => ({
    ...part,
    name: part.name === part.name.toLowerCase() ? part.name.toUpperCase() : part.name.toLowerCase(),
  })),

  'a character of a name': ofOne((part, random) => ({
    ...part,
    name: flipped(Buffer.from(part.name, 'latin1'), random).toString('latin1'),
  })),

  'another name in the local header': ofOne((part, random) => ({
    ...part,
    localName:
      random.below(2) === 0
        ? random.pick(NAMES)
        : flipped(Buffer.from(part.name, 'latin1'), random).toString('latin1'),
  })),

  'a bit of a content': ofOne((part, random) => withContent(part, flipped(part.content, random))),

  'a bit of a content under the old checksum': ofOne((part, random) => ({
    ...withContent(part, flipped(part.content, random)),
    ...(part.crc !== undefined && { crc: part.crc }),
  })),

  'a content cut short': ofOne((part, random) =>
    withContent(part, part.content.subarray(0, random.below(Math.max(1, part.content.length)))),
  ),

  'a content with something behind it': ofOne((part, random) =>
    withContent(part, Buffer.concat([part.content, Buffer.alloc(1 + random.below(8), 0x20)])),
  ),

  'no content': ofOne((part) => withContent(part, new Uint8Array())),

  'another field in both headers': ofOne((part, random) => ({
    ...part,
    ...otherField(part, random),
  })),

  'another field in the local header': ofOne((part, random) => ({
    ...part,
    local: otherField(part, random),
  })),

  'another maker, and other attributes': ofOne((part, random) => ({
    ...part,
    madeBy: random.below(0x10000),
    attributes: Buffer.from(Array.from({ length: 6 }, () => random.below(256))),
  })),

  'another time': ofOne((part, random) => ({ ...part, time: random.below(2 ** 32) })),

  'flags of deflate or of UTF-8': ofOne((part, random) => ({
    ...part,
    flags: (part.flags ?? 0) ^ random.pick([0b10, 0b100, 0b110, 1 << 11]),
  })),

  'an extra field': ofOne((part, random) => ({ ...part, extra: extraField(random) })),

  'an extra field in the local header': ofOne((part, random) => ({
    ...part,
    localExtra: extraField(random),
  })),

  'an extra field in both headers': ofOne((part, random) => {
    const field = extraField(random);
    return { ...part, extra: field, localExtra: field };
  }),

  'a comment of a member': ofOne((part) => ({ ...part, comment: 'and he agreed' })),

  'another disk': ofOne((part, random) => ({ ...part, disk: 1 + random.below(3) })),

  'another place': ofOne((part, random) => ({ ...part, offset: random.below(100_000) })),

  'bytes behind a member': ofOne((part, random) => ({
    ...part,
    after: Buffer.concat([part.after ?? Buffer.alloc(0), Buffer.alloc(1 + random.below(16))]),
  })),

  'a member deflated': ofOne((part, random) => compressed(part, deflated(part, random))),

  'a member deflated, with sizes behind it': ofOne((part, random) =>
    withContent(
      { ...part, method: 8, flags: 8 },
      random.below(2) === 0 ? part.content : flipped(part.content, random),
    ),
  ),

  'a member stored, with sizes behind it': ofOne((part) => {
    const { content } = part;
    const after = descriptor(content);
    Buffer.from(after.buffer, after.byteOffset).writeUInt32LE(content.length, 8);
    return { ...withContent({ ...part, method: 0, flags: 8 }, content), after };
  }),

  'a member deflated, with false sizes behind it': ofOne((part, random) => ({
    ...withContent({ ...part, method: 8, flags: 8 }, part.content),
    after: flipped(descriptor(part.content), random),
  })),

  'a bit of what is deflated': ofOne((part, random) =>
    compressed(part, flipped(deflated(part, random), random)),
  ),

  'what is deflated cut short': ofOne((part, random) =>
    compressed(part, deflated(part, random).subarray(0, -1 - random.below(4))),
  ),

  'bytes behind what is deflated': ofOne((part, random) =>
    compressed(
      part,
      Buffer.concat([deflated(part, random), Buffer.alloc(1 + random.below(8), random.below(256))]),
    ),
  ),

  'blocks of nothing before what is deflated': ofOne((part, random) => {
    const nothing = Buffer.from([0, 0, 0, 0xff, 0xff]);
    const blocks = Array.from({ length: 1 + random.below(20) }, () => nothing);
    return compressed(part, Buffer.concat([...blocks, deflated(part, random)]));
  }),

  'much more than is declared': ofOne((part) => ({
    ...compressed(part, deflateRawSync(Buffer.alloc(8 * 1024 * 1024))),
    content: part.content,
  })),

  'a member added': (parts, random) =>
    makeZip(
      parts.toSpliced(random.below(parts.length + 1), 0, {
        name: random.pick(NAMES),
        content: random.pick([Buffer.alloc(0), Buffer.from('{}'), random.pick(parts).content]),
      }),
    ),

  'the other type': ofNamed(/^mimetype$/, (content, random) => {
    const type = content.toString('latin1');
    const other = type.includes('asic-e')
      ? type.replace('asic-e', 'asic-s')
      : type.replace('asic-s', 'asic-e');
    return Buffer.from(random.pick([other, `${type}\n`, ` ${type}`, type.toUpperCase(), '']));
  }),

  'another signature': ofNamed(/^META-INF\/.*\.p7s$/, (content, random) => {
    return derMutation(content, random.below(2 ** 31)).bytes;
  }),

  'another signature in the evidence': ofNamed(/^signatures\//, (content, random) => {
    return derMutation(content, random.below(2 ** 31)).bytes;
  }),

  'another manifest': ofNamed(/^META-INF\/.*\.xml$/, (content, random) =>
    Buffer.from(manifestAltered(content.toString(), random).text),
  ),

  'bytes before it': framed((random) => ({ before: someBytes(random) })),
  'bytes before its directory': framed((random) => ({ betweenDirectory: someBytes(random) })),
  'bytes behind it': framed((random) => ({ behind: someBytes(random) })),
  'a comment': framed((random) => ({
    comment: random.pick(['and he agreed', `PK\x05\x06${'\0'.repeat(18)}`]),
  })),
  'another count': framed((random, parts) => ({
    count: random.pick([0, 1, parts.length - 1, parts.length + 1, 0xffff]),
  })),
  'another archive behind it': (parts, random) => {
    const other = [
      ...parts.slice(0, 1),
      ...without(parts.slice(1), random.below(parts.length - 1)),
    ];
    return Buffer.concat([makeZip(parts), makeZip(other)]);
  },
};

function without(parts: readonly Part[], at: number): Part[] {
  return parts.toSpliced(at, 1);
}

function someBytes(random: SeededChoice): Buffer {
  return Buffer.alloc(1 + random.below(64), random.below(256));
}
