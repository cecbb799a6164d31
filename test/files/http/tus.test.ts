/** tus 1.0.0, by the protocol's own client and by hand. */
import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { Upload } from 'tus-js-client';
import { answer, problem } from '../../api/support/ledger-client.js';
import { eventually } from '../../support/eventually.js';
import { openSuiteService } from '../../support/suite-service.js';
import type { TestService } from '../../support/test-service.js';
import { filePath, list, makeDrive, noise, paths } from './support/files-client.js';

let node: TestService;
openSuiteService(async (opened) => {
  node = opened;
  await makeDrive(node, 'desk');
});

const TUS = { 'tus-resumable': '1.0.0' };
const CHUNK = { ...TUS, 'content-type': 'application/offset+octet-stream' };

interface Sent {
  readonly url: string;
  readonly chunks: readonly number[];
}

/** @param cutAfter the upload is given up when so many bytes are acknowledged. */
function uploadBy(
  path: string,
  bytes: Uint8Array,
  options: Partial<ConstructorParameters<typeof Upload>[1]> = {},
  cutAfter = Infinity,
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const chunks: number[] = [];
    const upload = new Upload(Buffer.from(bytes), {
      endpoint: `${node.service.url}${filePath('desk', path)}?uploads`,
      headers: { authorization: `Bearer ${node.adminKey}` },
      chunkSize: 100_000,
      retryDelays: [0, 10],
      metadata: { filename: 'n.bin', filetype: 'application/x-noise', origin: 'Büro' },
      ...options,
      onChunkComplete: (_size, accepted) => {
        chunks.push(accepted);
        if (accepted >= cutAfter)
          void upload.abort().then(() => {
            resolve({ url: upload.url ?? '', chunks });
          });
      },
      onError: reject,
      onSuccess: () => {
        resolve({ url: upload.url ?? '', chunks });
      },
    });
    upload.start();
  });
}

async function isThere(path: string, bytes: Uint8Array): Promise<void> {
  const response = await node.request(filePath('desk', path));
  const got = Buffer.from(await response.arrayBuffer());
  expect([response.status, got.length, sha256(got)]).toEqual([200, bytes.length, sha256(bytes)]);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** @returns the path of the upload. */
async function begin(
  path: string,
  length: number,
  more: Record<string, string> = {},
): Promise<string> {
  const headers = { ...TUS, 'upload-length': String(length), ...more };
  const response = await node.request(`${filePath('desk', path)}?uploads`, {
    ...{ method: 'POST', headers },
  });
  expect(response.status).toBe(201);
  return response.headers.get('location') ?? '';
}

function send(
  upload: string,
  offset: number,
  body: Uint8Array,
  more: Record<string, string> = {},
): Promise<Response> {
  const headers = { ...CHUNK, 'upload-offset': String(offset), ...more };
  return node.request(upload, { method: 'PATCH', headers, body });
}

async function offsetOf(upload: string): Promise<number> {
  const response = await node.request(upload, { method: 'HEAD', headers: TUS });
  expect(response.status).toBe(200);
  return Number(response.headers.get('upload-offset'));
}

describe('a resumable upload', () => {
  it('by the client of the protocol becomes a file, with what was said of it', async () => {
    const bytes = noise(350_000);
    const { chunks } = await uploadBy('tus/a b.bin', bytes);
    expect(chunks).toEqual([100_000, 200_000, 300_000, 350_000]);
    await isThere('tus/a b.bin', bytes);
    const said = await answer(node.request(`${filePath('desk', 'tus/a b.bin')}?metadata`));
    expect(said).toMatchObject({
      ...{ mediaType: 'application/x-noise', size: 350_000, metadata: { origin: 'Büro' } },
      sha256: sha256(bytes),
    });
  });

  it('goes on where it was given up, by another client', async () => {
    const bytes = noise(400_000, 3);
    const { url, chunks } = await uploadBy('tus/cut', bytes, {}, 200_000);
    expect(chunks.at(-1)).toBe(200_000);
    expect(await problem(node.request(filePath('desk', 'tus/cut')), 404)).toBe('FILE_UNKNOWN');
    const rest = await uploadBy('tus/cut', bytes, { uploadUrl: url, endpoint: null as never });
    expect(rest.chunks[0]).toBeGreaterThan(200_000);
    await isThere('tus/cut', bytes);
  });

  it('of nothing is an empty file at once; with its content in the first request too', async () => {
    await begin('tus/empty', 0);
    await isThere('tus/empty', new Uint8Array(0));
    const bytes = noise(50_000, 5);
    await uploadBy('tus/at-once', bytes, { uploadDataDuringCreation: true });
    await isThere('tus/at-once', bytes);
  });

  it('keeps what came before a connection was cut', async () => {
    const bytes = noise(300_000, 9);
    const upload = await begin('tus/broken', bytes.length);
    const sending = httpRequest(`${node.service.url}${upload}`, {
      method: 'PATCH',
      headers: {
        ...{ ...CHUNK, 'upload-offset': '0', 'content-length': '300000' },
        authorization: `Bearer ${node.adminKey}`,
      },
    });
    sending.on('error', () => undefined);
    await new Promise<void>((resolve) => {
      sending.write(bytes.subarray(0, 180_000), () => {
        resolve();
      });
    });
    sending.destroy();
    let offset = 0;
    await eventually(async () => {
      const response = await node.request(upload, { method: 'HEAD', headers: TUS });
      offset = Number(response.headers.get('upload-offset') ?? 0);
      return response.status === 200 && offset > 0;
    }, 'what was sent is kept');
    expect(offset).toBeLessThanOrEqual(180_000);
    expect((await send(upload, offset, bytes.subarray(offset))).status).toBe(204);
    await isThere('tus/broken', bytes);
  });

  it('is told of its end again, if the answer was lost', async () => {
    const bytes = noise(10_000);
    const upload = await begin('tus/lost', bytes.length);
    const response = await send(upload, 0, bytes);
    expect(response.headers.get('chirograph-version')).toMatch(/^[0-9a-f]{64}$/);
    expect(await offsetOf(upload)).toBe(10_000);
    expect(paths(await list(node, 'desk', '?versions&prefix=tus/lost'))).toHaveLength(1);
  });

  it('takes bytes at its offset alone, and as many as it was said to have', async () => {
    const upload = await begin('tus/offsets', 10);
    expect(await problem(send(upload, 3, noise(3)), 409)).toBe('UPLOAD_OFFSET');
    expect(await problem(send(upload, 0, noise(11)), 413)).toBe('FILE_TOO_LARGE');
    expect((await send(upload, 0, noise(4))).headers.get('upload-offset')).toBe('4');
    expect(await problem(send(upload, 0, noise(4)), 409)).toBe('UPLOAD_OFFSET');
    const both = await Promise.all([send(upload, 4, noise(6, 1)), send(upload, 4, noise(6, 2))]);
    expect(both.map(({ status }) => status).sort()).toEqual([204, expect.any(Number)]);
    expect(paths(await list(node, 'desk', '?versions&prefix=tus/offsets'))).toHaveLength(1);
  });

  it('keeps nothing of a chunk that is not what its checksum says', async () => {
    const bytes = noise(1000);
    const upload = await begin('tus/sums', 1000);
    for (const algorithm of ['md5', 'sha1', 'sha256']) {
      const wrong = createHash(algorithm).update('other').digest('base64');
      const sent = send(upload, 0, bytes, { 'upload-checksum': `${algorithm} ${wrong}` });
      expect(await problem(sent, 460)).toBe('UPLOAD_CHECKSUM_DIFFERS');
    }
    expect(await offsetOf(upload)).toBe(0);
    const unknown = send(upload, 0, bytes, { 'upload-checksum': 'sha512 AA==' });
    expect(await problem(unknown, 400)).toBe('REQUEST_INVALID');
    const right = createHash('sha1').update(bytes).digest('base64');
    const sent = await send(upload, 0, bytes, { 'upload-checksum': `sha1 ${right}` });
    expect(sent.status).toBe(204);
    await isThere('tus/sums', bytes);
  });

  it('is ended by whoever gives it up', async () => {
    const upload = await begin('tus/ended', 10);
    const ended = await node.request(upload, { method: 'DELETE', headers: TUS });
    expect(ended.status).toBe(204);
    expect(await problem(send(upload, 0, noise(10)), 404)).toBe('UPLOAD_UNKNOWN');
    const elsewhere = (await begin('tus/here', 10)).replace('tus/here', 'tus/there');
    expect(await problem(send(elsewhere, 0, noise(10)), 404)).toBe('UPLOAD_UNKNOWN');
    for (const odd of ['x', `${'0'.repeat(32)}.5`]) {
      const unknown = send(`${filePath('desk', 'tus/here')}?upload=${odd}`, 0, noise(5));
      expect(await problem(unknown, 404)).toBe('UPLOAD_UNKNOWN');
    }
  });

  it('says which version it speaks', async () => {
    const options = await node.request(filePath('desk', 'tus/x'), { method: 'OPTIONS' });
    expect([options.status, options.headers.get('tus-version')]).toEqual([204, '1.0.0']);
    expect(options.headers.get('tus-extension')).toContain('creation');
    const old = await node.request(`${filePath('desk', 'tus/x')}?uploads`, {
      ...{ method: 'POST', headers: { 'tus-resumable': '0.2.0', 'upload-length': '1' } },
    });
    expect(old.headers.get('tus-version')).toBe('1.0.0');
    expect(await problem(old, 412)).toBe('UPLOAD_PROTOCOL');
    const later = node.request(`${filePath('desk', 'tus/x')}?uploads`, {
      ...{ method: 'POST', headers: { ...TUS, 'upload-defer-length': '1' } },
    });
    expect(await problem(later, 400)).toBe('REQUEST_INVALID');
  });
});
