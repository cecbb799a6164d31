/** An issuer of access tokens, on a free port of this machine, which can be told to fail. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import { CompactSign, type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { TokenAlgorithm } from '../../../src/access/oidc-issuer.js';

export interface IssuerFaults {
  /** Answers with it instead of with the keys. */
  status?: number;
  /** Answers with it instead of with the keys. */
  body?: string;
  /** Does not answer before `release`. */
  hangs?: boolean;
  /** Cuts the connection. */
  cuts?: boolean;
}

interface IssuerKey {
  readonly algorithm: TokenAlgorithm;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

export interface Signing {
  readonly algorithm?: TokenAlgorithm;
  /** A member that is undefined is left out. */
  readonly header?: Readonly<Record<string, unknown>>;
  /** Of another issuer's: what a thief of names has. */
  readonly privateKey?: CryptoKey;
}

export class TestIssuer {
  faults: IssuerFaults = {};
  /** How often its keys were asked for. */
  fetches = 0;
  readonly #server: Server;
  readonly #url: string;
  readonly #held: ServerResponse[] = [];
  #keys: readonly IssuerKey[] = [];
  #made = 0;

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.#url = url;
  }

  static async start(...algorithms: readonly TokenAlgorithm[]): Promise<TestIssuer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const issuer = new TestIssuer(server, `http://127.0.0.1:${address.port}`);
    server.on('request', (_request, response) => {
      issuer.#answer(response);
    });
    await issuer.rotate(...algorithms);
    return issuer;
  }

  get issuer(): string {
    return this.#url;
  }

  get jwksUrl(): string {
    return `${this.#url}/jwks`;
  }

  get jwks(): { readonly keys: readonly JWK[] } {
    return { keys: this.#keys.map(({ jwk }) => jwk) };
  }

  /** New keys; the old ones are gone. */
  async rotate(...algorithms: readonly TokenAlgorithm[]): Promise<void> {
    const wanted = algorithms.length === 0 ? (['ES256'] as const) : algorithms;
    this.#keys = await Promise.all(wanted.map((algorithm) => this.#newKey(algorithm)));
  }

  async #newKey(algorithm: TokenAlgorithm): Promise<IssuerKey> {
    this.#made++;
    const kid = `key-${this.#made}`;
    const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' };
    return { algorithm, privateKey, jwk };
  }

  /** A token as its claims say, good or bad. A claim that is undefined is left out. */
  async sign(claims: Record<string, unknown>, signing: Signing = {}): Promise<string> {
    const { algorithm } = signing;
    const key = this.#keys.find((one) => algorithm === undefined || one.algorithm === algorithm);
    if (key === undefined) throw new Error('it has no such key');
    const kid = key.jwk.kid ?? '';
    const header = { alg: key.algorithm, typ: 'at+jwt', kid, ...signing.header };
    return new SignJWT(JSON.parse(JSON.stringify(claims)) as Record<string, unknown>)
      .setProtectedHeader(header)
      .sign(signing.privateKey ?? key.privateKey);
  }

  /** Any header and payload, signed with this secret as HS256: the attack on whoever takes any `alg`. */
  async signWithSecret(claims: object, secret: Uint8Array): Promise<string> {
    const kid = this.#keys[0]?.jwk.kid ?? '';
    return new CompactSign(Buffer.from(JSON.stringify(claims)))
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid })
      .sign(secret);
  }

  recover(): void {
    this.faults = {};
  }

  /** Whoever waits is answered. */
  release(): void {
    this.recover();
    for (const response of this.#held.splice(0)) this.#send(response);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(response: ServerResponse): void {
    this.fetches++;
    if (this.faults.cuts === true) response.destroy();
    else if (this.faults.hangs === true) this.#held.push(response);
    else this.#send(response);
  }

  #send(response: ServerResponse): void {
    const { status = 200, body } = this.faults;
    const redirect = status >= 300 && status < 400 ? { location: `${this.#url}/other` } : {};
    response.writeHead(status, { 'content-type': 'application/jwk-set+json', ...redirect });
    response.end(body ?? JSON.stringify(this.jwks));
  }
}

/** Header and claims as the attacker writes them, with no signature at all. */
export function unsigned(header: object, claims: object): string {
  return [header, claims, '']
    .map((part) => (part === '' ? '' : Buffer.from(JSON.stringify(part)).toString('base64url')))
    .join('.');
}
