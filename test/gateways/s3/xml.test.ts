import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { utf8 } from '../../../src/base/bytes.js';
import { child, children, childText, element } from '../../../src/gateways/s3/xml-element.js';
import { readXml } from '../../../src/gateways/s3/xml-reader.js';
import { writeXml } from '../../../src/gateways/s3/xml-writer.js';

const read = (text: string): ReturnType<typeof readXml> => readXml(utf8(text));

describe('readXml', () => {
  it('reads elements, attributes, references and CDATA, whatever the prefixes', () => {
    const root = read(
      '\ufeff<?xml version="1.0"?>\n<s:Delete xmlns:s="http://s3.amazonaws.com/doc/2006-03-01/" ' +
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n <s:Object xsi:type="A">' +
        '<Key>a&amp;b&#xD;&#13;<![CDATA[<c>]]></Key></s:Object>\n <s:Object><Key/></s:Object>\n</s:Delete>',
    );
    expect(root.name).toBe('Delete');
    const [first, second] = children(root, 'Object');
    expect(first?.attributes).toEqual({ type: 'A' });
    expect(first && childText(first, 'Key')).toBe('a&b\r\r<c>');
    expect(second && childText(second, 'Key')).toBe('');
    expect(child(root, 'Object')).toBeNull();
  });

  it.each([
    ['nothing', ''],
    ['blanks', ' \n'],
    ['half a document', '<a><b></b>'],
    ['two roots', '<a/><b/>'],
    ['a DTD', '<!DOCTYPE a><a/>'],
    ['an entity of its own', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['an entity that nobody declared', '<a>&nbsp;</a>'],
    ['text beside elements', '<a>text<b/></a>'],
    ['an attribute twice', '<a b="1" b="2"/>'],
    ['a prefix that nobody declared', '<a b:c="1"/>'],
    ['too many levels', `${'<a>'.repeat(17)}${'</a>'.repeat(17)}`],
  ])('refuses %s', (_what, text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'MalformedXML' }));
  });

  it('refuses what is not UTF-8', () => {
    expect(() => readXml(Uint8Array.of(0x3c, 0x61, 0x3e, 0xff))).toThrow(
      expect.objectContaining({ code: 'MalformedXML' }),
    );
  });
});

describe('writeXml', () => {
  it('writes what readXml reads', () => {
    // What XML 1.0 can say: the others are written as S3 writes them, which nothing reads.
    const text = fc
      .string({ unit: 'binary' })
      // eslint-disable-next-line no-control-regex -- these are what it is about
      .map((any) => any.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/gu, ''));
    fc.assert(
      fc.property(text, text, (key, value) => {
        const document = element('List', [element('Key', key), element('Value', value, { key })]);
        const again = read(writeXml(document));
        expect(childText(again, 'Key')).toBe(key);
        expect(childText(again, 'Value')).toBe(value);
        expect(child(again, 'Value')?.attributes).toEqual({ key });
      }),
    );
  });

  it('says as a reference what XML cannot say, as S3 does', () => {
    const written = writeXml(element('Key', 'a\u0000\u0001\t\n\r\ud800<>&"'));
    expect(written).toContain('<Key>a&#x0;&#x1;&#x9;&#xA;&#xD;\ufffd&lt;&gt;&amp;&quot;</Key>');
  });
});
