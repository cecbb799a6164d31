/** TLS as the server speaks it: versions and ciphers of today, and a certificate of the client's if it has one. */
import { constants } from 'node:crypto';
import type { ServerOptions } from 'node:https';

/** PEM, as it lies in the files. */
export interface TlsMaterial {
  /** The server's own first, then what leads to its authority. */
  readonly certificate: Uint8Array;
  readonly key: Uint8Array;
  /** Authorities of client certificates; none is asked for without them. */
  readonly clientCa: Uint8Array | null;
}

/** What can be replaced while the server runs. */
export function secureContext({ certificate, key, clientCa }: TlsMaterial): ServerOptions {
  return {
    cert: Buffer.from(certificate),
    key: Buffer.from(key),
    ...(clientCa !== null && { ca: Buffer.from(clientCa) }),
    minVersion: 'TLSv1.2',
    ciphers: CIPHERS.join(':'),
    honorCipherOrder: true,
    // Costs the server more than the client, and would change certificates under our hands.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  };
}

export function tlsServerOptions(tls: TlsMaterial, handshakeTimeout: number): ServerOptions {
  return {
    ...secureContext(tls),
    handshakeTimeout,
    ALPNProtocols: ['http/1.1'],
    requestCert: tls.clientCa !== null,
    // Else whoever has none could not even log in with a key. What is shown is judged at each request.
    rejectUnauthorized: false,
  };
}

/** Forward secrecy and authenticated encryption, and nothing else (RFC 9325 §4.2). */
const CIPHERS = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
];
