import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { toHex } from '../../src/base/bytes.js';
import { RandomPool } from '../../src/base/random.js';
import { createDevelopmentAuthority } from '../../src/keys/development-authority.js';
import {
  DEVELOPMENT_POLICY,
  developmentTimeStamps,
} from '../../src/keys/development-time-stamps.js';
import type { TimeStampAuthority } from '../../src/keys/time-stamp-authority.js';
import { timeStampClient } from '../../src/keys/time-stamp-client.js';
import { parseCertificate } from '../../src/signing/certificate.js';
import { isDevelopmentName } from '../../src/signing/development-mark.js';
import type { TimeStampRequest } from '../../src/signing/time-stamp-request.js';
import { encodeRejectedTimeStamp } from '../../src/signing/time-stamp-response.js';
import { trustAnchorFrom } from '../../src/signing/trust-anchor.js';
import { rejection } from '../support/errors.js';
import { FakeClock } from '../support/fake-clock.js';
import { grantedBy } from './support/answering-authority.js';
import { type LocalServer, localServer } from './support/local-server.js';

const random = new RandomPool();
const clock = new FakeClock();
const bytes = (length: number): Uint8Array => new Uint8Array(length).map(() => Math.random() * 256);
const before = new FakeClock(Date.UTC(2026, 9, 1)).now();
const authority = createDevelopmentAuthority({ at: before, random: bytes });
const stranger = createDevelopmentAuthority({ at: before, random: bytes });
const anchors = [trustAnchorFrom(parseCertificate(authority.caCertificate))];
const imprint = {
  digest: 'sha256' as const,
  hash: new Uint8Array(createHash('sha256').update('what is stamped').digest()),
};

const servers: LocalServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** What the authority changes of an honest answer. */
interface Twist {
  readonly request?: (request: TimeStampRequest) => TimeStampRequest;
  readonly genTime?: (now: number) => number;
  readonly by?: ReturnType<typeof createDevelopmentAuthority>;
  readonly policy?: string;
  readonly answer?: (response: Uint8Array) => Uint8Array;
}

function answerTo(body: Uint8Array, twist: Twist): Uint8Array {
  const { by = authority, policy, request, genTime = (now: number) => now } = twist;
  const response = grantedBy(by, body, {
    now: genTime(clock.now()),
    random: bytes,
    ...(policy !== undefined && { policy }),
    ...(request !== undefined && { request }),
  });
  return twist.answer?.(response) ?? response;
}

async function clientOf(twist: Twist, policy: string | null = null): Promise<TimeStampAuthority> {
  const server = await localServer('application/timestamp-reply', (body, request) => {
    expect([request.method, request.headers['content-type']]).toEqual([
      'POST',
      'application/timestamp-query',
    ]);
    return answerTo(body, twist);
  });
  servers.push(server);
  const { url, send } = server;
  const toleranceMillis = 60_000;
  return timeStampClient({ name: 'a', url, policy, anchors, send, clock, random, toleranceMillis });
}

async function codeOf(twist: Twist, policy: string | null = null): Promise<string> {
  return (await rejection((await clientOf(twist, policy)).stamp(imprint))).code;
}

describe('a client of a time-stamp authority', () => {
  it('brings back a token over what it was given, with a nonce of its own each time', async () => {
    const client = await clientOf({});
    const tokens = [await client.stamp(imprint), await client.stamp(imprint)];
    for (const { info } of tokens) {
      expect(toHex(info.imprint.hash)).toBe(toHex(imprint.hash));
      expect(info.genTime).toBe(clock.now());
    }
    expect(new Set(tokens.map(({ info }) => toHex(info.nonce ?? new Uint8Array()))).size).toBe(2);
  });

  it('takes no token of another request', async () => {
    const otherHash = (request: TimeStampRequest): TimeStampRequest => ({
      ...request,
      imprint: { ...request.imprint, hash: new Uint8Array(32) },
    });
    expect(await codeOf({ request: otherHash })).toBe('TIME_STAMP_UNUSABLE');
    const otherNonce = { nonce: Uint8Array.of(1) };
    expect(await codeOf({ request: (one) => ({ ...one, ...otherNonce }) })).toBe(
      'TIME_STAMP_UNUSABLE',
    );
    expect(await codeOf({ request: (one) => ({ ...one, nonce: null }) })).toBe(
      'TIME_STAMP_UNUSABLE',
    );
    expect(await codeOf({}, '1.2.3')).toBe('TIME_STAMP_UNUSABLE');
    await expect(
      (await clientOf({ policy: '1.2.3' }, '1.2.3')).stamp(imprint),
    ).resolves.toBeDefined();
  });

  it('takes none that was altered, lacks its certificate or cannot be read', async () => {
    const flip = (response: Uint8Array): Uint8Array =>
      response.map((byte, at) => (at === response.length - 1 ? byte ^ 1 : byte));
    expect(await codeOf({ answer: flip })).toBe('TIME_STAMP_UNUSABLE');
    expect(await codeOf({ answer: (one) => one.subarray(1) })).toBe('TIME_STAMP_UNUSABLE');
    expect(await codeOf({ answer: () => new Uint8Array() })).toBe('TIME_STAMP_UNUSABLE');
    expect(await codeOf({ request: (one) => ({ ...one, certReq: false }) })).toBe(
      'TIME_STAMP_UNUSABLE',
    );
  });

  it('says what an authority says that refuses', async () => {
    const answer = (): Uint8Array => encodeRejectedTimeStamp('unacceptedPolicy', 'not with us');
    const error = await rejection((await clientOf({ answer })).stamp(imprint));
    expect([error.code, error.message]).toEqual([
      'TIME_STAMP_REJECTED',
      'The authority answers rejection (unacceptedPolicy): not with us.',
    ]);
  });

  it('trusts only authorities that lead to its anchors', async () => {
    expect(await codeOf({ by: stranger })).toBe('TIME_STAMP_UNTRUSTED');
  });

  it('takes none from a clock that is far from its own', async () => {
    for (const by of [-61_000, 61_000])
      expect(await codeOf({ genTime: (now) => now + by })).toBe('TIME_STAMP_CLOCK');
    for (const by of [-59_000, 59_000])
      await expect(
        (await clientOf({ genTime: (now) => now + by })).stamp(imprint),
      ).resolves.toBeDefined();
  });

  it('takes nothing that is not called a time-stamp', async () => {
    const server = await localServer('text/html', (body) => answerTo(body, {}));
    servers.push(server);
    const { url, send } = server;
    const options = { name: 'a', policy: null, anchors, clock, random, toleranceMillis: 0 };
    const error = await rejection(timeStampClient({ ...options, url, send }).stamp(imprint));
    expect(error.code).toBe('OUTBOUND_MEDIA_TYPE');
  });
});

describe('the development time-stamps', () => {
  const development = developmentTimeStamps(authority, { clock, random });

  it('are of this clock, unlike one another, and say what they are', async () => {
    const tokens = await Promise.all([1, 2, 3].map(() => development.stamp(imprint)));
    expect(new Set(tokens.map(({ info }) => toHex(info.serialNumber))).size).toBe(3);
    for (const { info, signedData } of tokens) {
      expect([info.genTime, info.policy, info.accuracyMillis]).toEqual([
        clock.now(),
        DEVELOPMENT_POLICY,
        1_000,
      ]);
      expect(info.tsa !== null && isDevelopmentName(info.tsa)).toBe(true);
      expect(signedData.certificates).toHaveLength(1);
    }
  });

  it('are not made with a certificate that has ended', async () => {
    const later = new FakeClock(clock.now() + 731 * 86_400_000);
    const ended = developmentTimeStamps(authority, { clock: later, random });
    const error = await rejection(Promise.resolve().then(() => ended.stamp(imprint)));
    expect(error.code).toBe('TIME_STAMP_UNTRUSTED');
  });
});
