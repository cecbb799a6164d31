import { describe, expect, it } from '@jest/globals';
import { utf8 } from '../../src/base/bytes.js';
import { parseManifest } from '../../src/evidence/asic-manifest.js';
import { readXml } from '../../src/evidence/internal/xml-reader.js';

const LIMITS = { maxDepth: 4, maxElements: 100 };

describe('the reader of XML', () => {
  it('reads elements by namespace, whatever their prefixes', () => {
    const text = `<?xml version='1.0' encoding="utf-8" standalone="no"?>
      <p:a xmlns:p="urn:1" xmlns="urn:2" y = "1 &lt;&amp;&quot;" p:z="2"><b>x &gt; y<c xmlns=""/></b></p:a>
      `;
    expect(readXml(text, LIMITS)).toMatchObject({
      namespace: 'urn:1',
      name: 'a',
      attributes: new Map([['y', '1 <&"']]),
      children: [
        {
          namespace: 'urn:2',
          name: 'b',
          text: 'x > y',
          children: [{ namespace: '', name: 'c', text: '' }],
        },
      ],
    });
  });

  it.each([
    ['a document type', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['a document type that names a file', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'],
    ['an entity', '<a>&b;</a>'],
    ['a reference to a character', '<a>&#65;</a>'],
    ['a comment', '<a><!-- b --></a>'],
    ['CDATA', '<a><![CDATA[b]]></a>'],
    ['an instruction', '<a><?b c?></a>'],
    ['a second declaration', '<?xml version="1.0"?><?xml version="1.0"?><a/>'],
    ['another encoding', '<?xml version="1.0" encoding="UTF-16"?><a/>'],
    ['an attribute twice', '<a b="1" b="2"/>'],
    ['an attribute without quotes', '<a b=1/>'],
    ['a prefix that stands for nothing', '<p:a/>'],
    ['a prefix of an attribute that stands for nothing', '<a p:b="1"/>'],
    ['an attribute twice, by two prefixes', '<a xmlns:p="urn:1" xmlns:q="urn:1" p:b="1" q:b="2"/>'],
    ['a prefix that stands for an empty name', '<p:a xmlns:p=""/>'],
    ['xml bound anew', '<a xmlns:xml="urn:1"/>'],
    ['elements that cross', '<a><b></a></b>'],
    ['an end too many', '<a></a></a>'],
    ['an end too few', '<a><b></b>'],
    ['two roots', '<a/><b/>'],
    ['text outside', '<a/>b'],
    ['nothing', ''],
    ['a control character', '<a>\u0001</a>'],
    ['an ampersand', '<a>b & c</a>'],
    ['more elements than allowed', `<a>${'<b/>'.repeat(100)}</a>`],
    ['deeper than allowed', '<a><a><a><a><a/></a></a></a></a>'],
    ['17 attributes', `<a ${Array.from({ length: 17 }, (_, at) => `a${at}=""`).join(' ')}/>`],
  ])('refuses %s', (_, text) => {
    expect(readXml(text, LIMITS)).toBeNull();
  });

  it.each([
    ['one deep nest', '<a>'.repeat(300_000)],
    ['one long tag', `<a ${' '.repeat(1_000_000)}`],
    ['many attributes', `<a ${'b="" '.repeat(200_000)}/>`],
    [
      'many elements with namespaces',
      `<a>${'<b xmlns:a="1" xmlns:b="2" xmlns:c="3"/>'.repeat(25_000)}</a>`,
    ],
    ['many references', `<a>${'&amp;'.repeat(200_000)}</a>`],
    ['many beginnings', '<'.repeat(1_000_000)],
    ['many names', `<${'a:'.repeat(500_000)}`],
  ])('is done in a second with a megabyte of %s', (_, text) => {
    const began = process.cpuUsage();
    readXml(text, { maxDepth: 16, maxElements: 10_000 });
    expect(process.cpuUsage(began).user / 1e6).toBeLessThan(1);
  });
});

describe('a manifest', () => {
  const xmlns =
    'xmlns="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"';
  const digest = (algorithm: string, length: number) =>
    `<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/${algorithm}"/><ds:DigestValue>${Buffer.alloc(length).toString('base64')}</ds:DigestValue>`;
  const manifest = (inner: string, attributes = xmlns) =>
    utf8(
      `<ASiCManifest ${attributes}><SigReference URI="s"/><DataObjectReference URI="a">${inner}</DataObjectReference></ASiCManifest>`,
    );

  it('is read with each digest that is relied on', () => {
    expect(parseManifest(manifest(digest('xmlenc#sha256', 32)))).toMatchObject({
      signature: 's',
      references: [{ name: 'a', digest: { name: 'sha256' } }],
    });
    expect(parseManifest(manifest(digest('xmldsig-more#sha384', 48)))).not.toBeNull();
    expect(parseManifest(manifest(digest('xmlenc#sha512', 64)))).not.toBeNull();
  });

  it.each([
    [
      'SHA-1',
      manifest(
        '<ds:DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/><ds:DigestValue>AAAAAAAAAAAAAAAAAAAAAAAAAAA=</ds:DigestValue>',
      ),
    ],
    ['a digest of another length', manifest(digest('xmlenc#sha256', 31))],
    ['an extension', manifest(`${digest('xmlenc#sha256', 32)}<DataObjectReferenceExtensions/>`)],
    ['text beside its digest', manifest(`${digest('xmlenc#sha256', 32)}and he agreed`)],
    [
      'an element in its digest',
      manifest(digest('xmlenc#sha256', 32).replace('<ds:DigestValue>', '$&<x/>')),
    ],
    [
      'an element in its digest method',
      manifest(digest('xmlenc#sha256', 32).replace('256"/>', '256"><x/></ds:DigestMethod>')),
    ],
    [
      'text in its reference to the signature',
      utf8(`<ASiCManifest ${xmlns}><SigReference URI="s">and</SigReference></ASiCManifest>`),
    ],
    [
      'an element in its reference to the signature',
      utf8(`<ASiCManifest ${xmlns}><SigReference URI="s"><x/></SigReference></ASiCManifest>`),
    ],
    ['another namespace', manifest(digest('xmlenc#sha256', 32), 'xmlns="urn:other"')],
    ['no reference to a signature', utf8(`<ASiCManifest ${xmlns}/>`)],
    ['bytes that are not UTF-8', Uint8Array.of(0xff, 0xfe)],
    ['more than a megabyte', utf8(' '.repeat(1_048_577))],
  ])('is refused with %s', (_, bytes) => {
    expect(parseManifest(bytes)).toBeNull();
  });
});
