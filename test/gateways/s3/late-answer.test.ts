/** An answer that takes longer than clients wait: blanks keep them, and an error comes as a document. */
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { utf8 } from '../../../src/base/bytes.js';
import { sendAnswer } from '../../../src/gateways/s3/answer-sender.js';
import { element, type XmlElement } from '../../../src/gateways/s3/xml-element.js';
import { readXml } from '../../../src/gateways/s3/xml-reader.js';

interface Seen {
  readonly status: number | undefined;
  readonly text: string;
}

/** @param end says how it ends, once the client has seen three pieces; at once if it is asked to. */
async function late(end: () => Promise<XmlElement>, isAtOnce = false): Promise<Seen> {
  let go = (): void => undefined;
  const seen = new Promise<void>((resolve) => {
    go = resolve;
  });
  const server = createServer((_request, response) => {
    const document = async (): Promise<XmlElement> => {
      if (!isAtOnce) await seen;
      return end();
    };
    const answer = { status: 200, headers: {}, body: { kind: 'late-xml' as const, document } };
    const failure = (): XmlElement => element('Error', [element('Code', 'InvalidPart')]);
    sendAnswer(response, answer, { isHead: false, failure, blankMillis: 2 }).catch(() => {
      response.statusCode = 400;
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await new Promise<Seen>((resolve, reject) => {
      get({ host: '127.0.0.1', port, agent: false }, (response) => {
        let [text, pieces] = ['', 0];
        response.on('data', (piece: Buffer) => {
          text += piece.toString();
          if (++pieces === 3) go();
        });
        response.on('end', () => {
          resolve({ status: response.statusCode, text });
        });
      }).on('error', reject);
    });
  } finally {
    server.close();
  }
}

describe('an answer that takes its time', () => {
  it('is well-formed with blanks before it', async () => {
    const { status, text } = await late(() => Promise.resolve(element('Done', 'yes')));
    expect(status).toBe(200);
    expect(text).toMatch(/\?>\n +<Done>/);
    expect(readXml(utf8(text))).toMatchObject({ name: 'Done', content: 'yes' });
  });

  it('that fails says so in a document', async () => {
    const { status, text } = await late(() => Promise.reject(new Error('no such part')));
    expect(status).toBe(200);
    expect(readXml(utf8(text)).name).toBe('Error');
  });

  it('that fails before it has begun is an answer of its own', async () => {
    const { status } = await late(() => Promise.reject(new Error('no such part')), true);
    expect(status).toBe(400);
  });
});
