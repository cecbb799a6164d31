/** Certificates for TLS, good and bad, in force by the real clock: OpenSSL asks no other. */
import type { UnixMillis } from '../../src/base/brand.js';
import { utf8 } from '../../src/base/bytes.js';
import {
  basicConstraints,
  type Extension,
  keyUsage,
} from '../../src/signing/certificate-builder.js';
import { contextPrimitiveTag } from '../../src/signing/der-tag.js';
import { der, derOid, derSequence } from '../../src/signing/der-writer.js';
import { OID } from '../../src/signing/oids.js';
import { type Identity, issueCa, issueTo, type Order } from '../signing/support/test-pki.js';

const DAY_MILLIS = 86_400_000;
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

export function daysFromToday(days: number): UnixMillis {
  return (Date.now() + days * DAY_MILLIS) as UnixMillis;
}

const IN_FORCE = { notBefore: daysFromToday(-1), notAfter: daysFromToday(30) };

export interface AlternativeNames {
  readonly email?: string;
  readonly dns?: string;
  readonly uri?: string;
  readonly ip?: readonly number[];
}

export function authority(name: string, order: Partial<Order> = {}): Identity {
  return issueCa({ ...IN_FORCE, name, ...order });
}

/** Of a server at 127.0.0.1. */
export function serverOf(issuer: Identity, name = 'node'): Identity {
  const names = alternativeNamesOf({ ip: [127, 0, 0, 1], dns: 'localhost' });
  const extensions = [...END, purposes(SERVER_AUTH), names];
  return issueTo({ ...IN_FORCE, name, issuer, extensions });
}

/** Of a client, for clients, unless the order says otherwise. */
export function clientOf(
  issuer: Identity,
  order: Partial<Order> & { readonly names?: AlternativeNames; readonly uses?: string[] } = {},
): Identity {
  const { names, uses = [OID.clientAuth], ...rest } = order;
  const extensions = [
    ...END,
    ...(uses.length === 0 ? [] : [purposes(...uses)]),
    ...(names === undefined ? [] : [alternativeNamesOf(names)]),
  ];
  return issueTo({ ...IN_FORCE, name: 'client', issuer, extensions, ...rest });
}

export const FOR_SERVERS = [SERVER_AUTH];

/** Itself and what leads to its authority, as a server or client shows it. */
export function pem(...identities: readonly Identity[]): string {
  return identities.map(({ certificate }) => block('CERTIFICATE', certificate.der)).join('');
}

export function keyPem({ privateKey }: Identity): string {
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

const END = [basicConstraints({ ca: false, pathLength: null }), keyUsage('digitalSignature')];

function purposes(...oids: readonly string[]): Extension {
  return { oid: OID.extKeyUsage, isCritical: false, value: derSequence(...oids.map(derOid)) };
}

function alternativeNamesOf({ email, dns, uri, ip }: AlternativeNames): Extension {
  const text = (tag: number, value: string | undefined): Uint8Array[] =>
    value === undefined ? [] : [der(contextPrimitiveTag(tag), utf8(value))];
  const names = [
    ...text(1, email),
    ...text(2, dns),
    ...text(6, uri),
    ...(ip === undefined ? [] : [der(contextPrimitiveTag(7), Uint8Array.from(ip))]),
  ];
  return { oid: OID.subjectAltName, isCritical: false, value: derSequence(...names) };
}

function block(label: string, bytes: Uint8Array): string {
  const lines = Buffer.from(bytes).toString('base64').replace(/.{64}/g, '$&\n').trimEnd();
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}
