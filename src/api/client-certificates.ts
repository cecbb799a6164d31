/**
 * Which client certificate each connection of the server has shown, and whether it led to an authority.
 * The server tells of each handshake, and the guard of the routes asks at each request.
 */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ClientCertificate, ShownCertificate } from '../access/authenticator.js';

export class ClientCertificates {
  /** Connections that showed one. */
  #shown = new WeakMap<Socket, ClientCertificate | 'unverified'>();
  /** Those of them that were checked against the authorities of now. */
  #current = new WeakSet<Socket>();

  /** After the handshake: no version of TLS that we speak changes a certificate later. */
  accept(socket: TLSSocket): void {
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) return;
    // A certificate is asked for and not demanded, so the connection also stands if it is none of ours.
    this.#shown.set(
      socket,
      socket.authorized ? { der: new Uint8Array(certificate.raw) } : 'unverified',
    );
    this.#current.add(socket);
  }

  of(socket: Socket): ShownCertificate {
    const shown = this.#shown.get(socket);
    if (shown === undefined) return null;
    return this.#current.has(socket) ? shown : 'unverified';
  }

  /** The authorities have changed: what was checked before says nothing any more. */
  distrustAll(): void {
    this.#current = new WeakSet();
  }
}
