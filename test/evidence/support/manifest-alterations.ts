/** Alterations of a manifest as containers have it, and what of it says something: without the product's reader. */
import { createHash } from 'node:crypto';
import type { SeededChoice } from '../../support/seeded-choice.js';

/** May give the original back. */
export function manifestAltered(
  original: string,
  random: SeededChoice,
): { readonly text: string; readonly what: string } {
  const [what, alter] = random.pick(Object.entries(MANIFEST_ALTERATIONS));
  return { text: alter(original, random), what: `manifest: ${what}` };
}

/**
 * What a manifest says, for whoever reads one that this file has altered: not which media types it names, nor in
 * which order, nor how the lines are broken.
 */
export function meaningOf(manifest: string): string {
  // Wherever it stands, XML does not have it.
  if (CONTROL.test(manifest)) return manifest;
  const [declaration = ''] = /^<\?[^>]*>/.exec(manifest) ?? [];
  const plain = manifest
    .slice(declaration.length)
    .replace(/ (?!URI=|Algorithm=|xmlns)[A-Za-z_][A-Za-z0-9._-]*="[^"<]*"/g, '')
    .replace(/[ \t\r\n]+(?=[<>/])|(?<=>)[ \t\r\n]+/g, '')
    .replace(/[ \t\r\n]+/g, ' ');
  const references = plain.match(REFERENCE) ?? [];
  return [
    declaration.toLowerCase().replace(/\s+/g, ' '),
    plain.replace(REFERENCE, ''),
    ...references.toSorted(),
  ].join('\n');
}

// eslint-disable-next-line no-control-regex -- these are meant
const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f]/;
const REFERENCE = /<DataObjectReference.*?<\/DataObjectReference>/gs;

type Alter = (manifest: string, random: SeededChoice) => string;

/** At a place between two tags. */
function between(inserted: (random: SeededChoice) => string): Alter {
  return (manifest, random) => {
    const places = [...manifest.matchAll(/></g)].map(({ index }) => index + 1);
    const place = random.pick(places);
    return manifest.slice(0, place) + inserted(random) + manifest.slice(place);
  };
}

/** One of the matches, if there is any: the manifests of others have other prefixes. */
function ofOne(pattern: RegExp, change: (match: string, random: SeededChoice) => string): Alter {
  return (manifest, random) => {
    const matches = [...manifest.matchAll(pattern)];
    if (matches.length === 0) return manifest;
    const match = random.pick(matches);
    const [text] = match;
    return (
      manifest.slice(0, match.index) +
      change(text, random) +
      manifest.slice(match.index + text.length)
    );
  };
}

/** Two matches change places. */
function exchanged(pattern: RegExp): Alter {
  return (manifest, random) => {
    const matches = [...manifest.matchAll(pattern)];
    const a = random.below(matches.length);
    const b = random.below(matches.length);
    let at = -1;
    return manifest.replace(pattern, (text) => {
      at++;
      const other = at === a ? matches[b] : at === b ? matches[a] : undefined;
      return other?.[0] ?? text;
    });
  };
}

const VALUE = /(?<=<ds:DigestValue>)[^<]*/g;

export const MANIFEST_ALTERATIONS: Readonly<Record<string, Alter>> = {
  'a byte': (manifest, random) => {
    const bytes = Buffer.from(manifest);
    bytes[random.below(bytes.length)] = random.below(128);
    return bytes.toString();
  },
  'a control character in place of another': (manifest, random) => {
    const at = random.below(manifest.length);
    return (
      manifest.slice(0, at) + String.fromCharCode(1 + random.below(8)) + manifest.slice(at + 1)
    );
  },
  'a piece left out': (manifest, random) => {
    const at = random.below(manifest.length);
    return manifest.slice(0, at) + manifest.slice(at + 1 + random.below(40));
  },
  'cut short': (manifest, random) => manifest.slice(0, random.below(manifest.length)),
  'a reference left out': ofOne(REFERENCE, () => ''),
  'a reference twice': ofOne(REFERENCE, (text) => text + text),
  'references exchanged': exchanged(REFERENCE),
  'digests exchanged': exchanged(VALUE),
  'names exchanged': exchanged(/(?<=<DataObjectReference URI=")[^"]*/g),
  'media types exchanged': exchanged(/(?<=MimeType=")[^"]*/g),
  'another media type': ofOne(/(?<=MimeType=")[^"]*/g, () => 'text/html'),
  'another name': ofOne(/(?<=URI=")[^"]*/g, (text, random) =>
    random.pick([
      '',
      `./${text}`,
      `/${text}`,
      `${text}#x`,
      `%65${text.slice(1)}`,
      'mimetype',
      ` ${text}`,
    ]),
  ),
  'another digest': ofOne(VALUE, (_, random) =>
    createHash('sha256')
      .update(String(random.below(1_000)))
      .digest('base64'),
  ),
  'a digest spelt otherwise': ofOne(VALUE, (text, random) =>
    random.pick([
      text.replace('=', ''),
      `${text}=`,
      text.replaceAll('+', '-').replaceAll('/', '_').replace('=', ''),
      Buffer.from(text, 'base64').toString('hex'),
      // The same bytes, with bits that nobody reads.
      text.replace(/.=$/, (end) => `${String.fromCharCode(end.charCodeAt(0) + 1)}=`),
    ]),
  ),
  'another algorithm': ofOne(/(?<=Algorithm=")[^"]*/g, (_, random) =>
    random.pick([
      'http://www.w3.org/2000/09/xmldsig#sha1',
      'http://www.w3.org/2001/04/xmlenc#sha512',
      'http://www.w3.org/2001/04/xmldsig-more#sha384',
      'http://www.w3.org/2001/04/XMLENC#sha256',
      '',
    ]),
  ),
  'another signature': ofOne(/(?<=SigReference URI=")[^"]*/g, (_, random) =>
    random.pick(['META-INF/signature.p7s', 'META-INF/signature009.p7s', 'signatures/001.p7s', '']),
  ),
  'another namespace': ofOne(/(?<=xmlns(?::ds)?=")[^"]*/g, (text, random) =>
    random.pick(['', `${text}x`, 'http://uri.etsi.org/2918/v1.2.1#']),
  ),
  'another element': ofOne(/(?<=<)[A-Z][A-Za-z]+/g, (text, random) =>
    random.pick([text.toLowerCase(), 'ASiCManifest', 'DataObjectReference', 'x']),
  ),
  'white space between tags': between((random) => random.pick(['\n', ' \t', '\r\n  '])),
  'text between tags': between((random) => random.pick(['and he agreed', 'x', '&amp;', '\u00a0'])),
  'an element between tags': between((random) =>
    random.pick([
      '<x/>',
      '<x xmlns="urn:x">and he agreed</x>',
      '<ds:DigestValue/>',
      '<SigReference/>',
    ]),
  ),
  'what is not read between tags': between((random) =>
    random.pick(['<!-- -->', '<![CDATA[x]]>', '<?x y?>', '&#65;', '&x;', '<!DOCTYPE x>']),
  ),
  'an element in a digest': ofOne(
    VALUE,
    (text, random) =>
      `${text.slice(0, 20)}${random.pick(['<x/>', '<x>AAAA</x>'])}${text.slice(20)}`,
  ),
  'an element in the reference to the signature': (manifest) =>
    manifest.replace(/(<SigReference [^>]*)\/>/, '$1><x>and he agreed</x></SigReference>'),
  'text in the reference to the signature': (manifest) =>
    manifest.replace(/(<SigReference [^>]*)\/>/, '$1>and he agreed</SigReference>'),
  'an element in a digest method': ofOne(
    /<ds:DigestMethod [^>]*\/>/g,
    (text) => `${text.slice(0, -2)}><x>and he agreed</x></ds:DigestMethod>`,
  ),
  'an attribute twice': ofOne(/ (?:URI|Algorithm)="[^"]*"/g, (text) => text + text),
  'an attribute with a prefix that stands for nothing': ofOne(
    / (?:URI|Algorithm)="[^"]*"/g,
    (text) => `${text} x:y="z"`,
  ),
  'an attribute twice, by two prefixes of one namespace': ofOne(
    / (?:URI|Algorithm)="[^"]*"/g,
    (text) => `${text} xmlns:a="urn:x" xmlns:b="urn:x" a:y="1" b:y="2"`,
  ),
  'a document type': (manifest) =>
    manifest.replace('\n', '\n<!DOCTYPE ASiCManifest [<!ENTITY x "y">]>'),
  'something behind it': (manifest, random) =>
    manifest + random.pick(['<x/>', 'x', '\0', '\ufeff']),
  'something before it': (manifest, random) => random.pick(['<x/>', 'x', ' ', '\0']) + manifest,
  'another declaration': (manifest, random) =>
    manifest.replace(
      /^<\?[^>]*>/,
      random.pick([
        '<?xml version="1.1" encoding="UTF-8"?>',
        '<?xml version="1.0" encoding="UTF-16"?>',
        '<?xml version="1.0" encoding="ISO-8859-1"?>',
        '<?xml encoding="UTF-8"?>',
      ]),
    ),
};
