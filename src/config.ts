/** Everything that can be set, as the parts of the program receive it. Read in src/settings/. */
import type { CertificateRow } from './access/certificate-table.js';
import type { OidcIssuer } from './access/oidc-issuer.js';
import type { Secret } from './base/secret.js';
import type { LogLevel } from './json-logger.js';

export interface Config {
  /** Data directory, absolute. */
  readonly data: string;
  /** Key store directory, absolute; never inside `data`. */
  readonly keys: string;
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** PEM files, absolute; HTTPS with both, plain HTTP without. Read again at SIGHUP. */
  readonly tlsCertificate?: string;
  readonly tlsKey?: string;
  /** PEM file of the authorities whose client certificates are taken; none is asked for without it. */
  readonly tlsClientCa?: string;
  /** Who may log in with a client certificate, and as what. */
  readonly clientCertificates?: readonly CertificateRow[];
  /** Whose access tokens are taken, and for what. */
  readonly oidcIssuers?: readonly OidcIssuer[];
  /** Where /metrics is served; nowhere without it. */
  readonly metricsPort?: number;
  readonly logLevel: LogLevel;
  /** First part of every origin; without it `chirograph.<first 8 hex digits of the node id>`. */
  readonly logName?: string;
  /** Largest request body that is one document. */
  readonly maxBodyBytes: number;
  /** Largest payload of one record. */
  readonly maxPayloadBytes: number;
  readonly maxNdjsonLineBytes: number;
  /** How long a request may take to arrive, and an NDJSON stream may stand still. */
  readonly requestTimeoutMillis: number;
  /** How long a stopping node waits for requests in flight. */
  readonly shutdownTimeoutMillis: number;
  /** Failed log-ins a minute, per address and key, before more are refused unseen. */
  readonly failedLoginsPerMinute: number;
  /** Refused tries a minute, per key, that are put on record one by one; the others are counted. */
  readonly refusalsPerMinute: number;
  /** Searches a minute, per key: what is asked one by one could be a list that somebody tries out. */
  readonly searchesPerMinute: number;
  /** Requests a minute per address; unlimited without it. */
  readonly requestsPerMinute?: number;
  readonly anchorChain: 'devchain' | 'bitcoin';
  readonly bitcoinNetwork: 'mainnet' | 'testnet' | 'testnet4' | 'regtest';
  readonly bitcoinRpcUrl?: string;
  /** `<txid>:<output>` of the coin that the chain of anchors starts from, paid to the anchor address. */
  readonly bitcoinFunding?: string;
  readonly epochIntervalMillis: number;
  /** `development` = a seal certificate of the node's own making; `off` = none. */
  readonly seal: 'development' | 'off';
}

/** Kept apart from the Config, which is logged; each prints as `[redacted]`. */
export interface Secrets {
  /** The first API key, as the operator chose it. */
  readonly adminKey?: Secret;
  readonly bitcoinRpcUser?: Secret;
  readonly bitcoinRpcPassword?: Secret;
}
