/** Records that attach files of a real drive, from the put to what a third party compares. */
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/base/canonical-json.js';
import { hexDigest } from '../../../src/base/hex-digest.js';
import { compareFiles } from '../../../src/evidence/compare-files.js';
import { NO_TRUST } from '../../../src/evidence/trust.js';
import { verifyBytes } from '../../../src/evidence/verify-file.js';
import { append, answer, problem } from '../../api/support/ledger-client.js';
import { openSuiteService } from '../../support/suite-service.js';
import type { TestService } from '../../support/test-service.js';
import { filePath, makeDrive, noise, put } from './support/files-client.js';

const DRIVE = 'kyc-files';
const RECORDS = `/v1/ledgers/${DRIVE}/records`;
const SUBJECT = 'customer Ümit';
const OWN = { 'chirograph-subject': encodeURIComponent(SUBJECT) };
const SCAN = noise(200_000);
const given = {
  ...{ name: 'scan', size: SCAN.length },
  sha256: hexDigest(createHash('sha256').update(SCAN).digest('hex')),
};

let node: TestService;
/** Id of the version that the scan is. */
let scan: string;
openSuiteService((opened) => {
  node = opened;
});
beforeAll(async () => {
  await makeDrive(node, DRIVE);
  const headers = { ...OWN, 'content-type': 'Image/TIFF; pages=2' };
  scan = (await put(node, DRIVE, 'ümit/passport.tiff', SCAN, { headers })).file.version;
});

const record = (file: string): JsonObject => ({
  ...{ type: 'bank.Identification', subject: SUBJECT, payload: {} },
  attachments: [{ file, name: 'passport.tiff' }],
});
const post = (file: string): Promise<Response> => node.request(RECORDS, { json: record(file) });

describe('a record in the ledger of a drive', () => {
  it('attaches a version, whatever comes of its path later', async () => {
    const { id } = await append(node, DRIVE, record(scan));
    await put(node, DRIVE, 'ümit/passport.tiff', 'another scan', { headers: OWN });
    const entry = await answer<JsonObject>(node.request(`${RECORDS}/${id}`));
    expect(entry).toMatchObject({
      attachments: [
        {
          ...{ file: scan, name: 'passport.tiff', mediaType: 'Image/TIFF; pages=2' },
          ...{ sha256: given.sha256, size: given.size },
        },
      ],
    });
  });

  it('is proven to whoever holds the file, as is the file itself', async () => {
    const { id, index } = await append(node, DRIVE, record(scan));
    for (const [entry, match] of [
      [id, { kind: 'attachment', number: 1, name: 'passport.tiff' }],
      [scan, { kind: 'content' }],
    ] as const) {
      const response = await node.request(`${RECORDS}/${entry}/evidence`);
      const report = verifyBytes(new Uint8Array(await response.arrayBuffer()), NO_TRUST);
      expect(report.checks.filter(({ result }) => result === 'fail')).toEqual([]);
      expect(compareFiles(report, [given])).toMatchObject([{ is: [match] }]);
    }
    expect(index).toBeGreaterThan(0);
  });

  it('attaches no delete marker, no setting of the drive and no file of the drive’s own', async () => {
    await put(node, DRIVE, 'gone.txt', 'gone', { headers: OWN });
    const request = { method: 'DELETE' };
    const marker = await answer<{ file: { version: string } }>(
      node.request(filePath(DRIVE, 'gone.txt'), request),
    );
    const own = await put(node, DRIVE, 'own.txt', 'own');
    const { items } = await answer<{ items: { id: string; type?: string }[] }>(
      node.request(`${RECORDS}?type=chirograph.Drive`),
    );
    const [settings] = items;
    for (const file of [marker.file.version, own.file.version, settings?.id ?? ''])
      expect(await problem(post(file), 400)).toBe('RECORD_ATTACHMENT_REFUSED');
  });

  it('attaches nothing of another drive', async () => {
    await makeDrive(node, 'other-files');
    const { file } = await put(node, 'other-files', 'scan.tiff', SCAN, { headers: OWN });
    expect(await problem(post(file.version), 400)).toBe('RECORD_ATTACHMENT_UNKNOWN');
  });
});
