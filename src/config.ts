/** Everything that can be set, as the parts of the program receive it. Read in src/settings/. */
import type { CertificateRow } from './access/certificate-table.js';
import type { OidcIssuer } from './access/oidc-issuer.js';
import type { AnchorKeyKind } from './anchoring/anchor-signer.js';
import type { Secret } from './base/secret.js';
import type { LogLevel } from './json-logger.js';
import type { HostRule } from './keys/outbound-host.js';
import type { SignatureAlgorithmName } from './signing/algorithms.js';

export interface Config {
  /** Data directory, absolute. */
  readonly data: string;
  /** Key store directory, absolute; never inside `data`. */
  readonly keys: string;
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Where backups are made, absolute; nowhere without it. */
  readonly backupDirectories?: readonly string[];
  /** After the last complete backup of a target; by the clock none are made without it. */
  readonly backupIntervalMillis?: number;
  /** How long an erasure waits for a target that cannot be reached. */
  readonly backupWaitMillis: number;
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
  /** Where S3 is spoken, 0 = any free port; nowhere without it. */
  readonly s3Port?: number;
  /** Hosts `<bucket>.<domain>` name a bucket there; only paths do without it. */
  readonly s3Domain?: string;
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
  /** Containers sealed a minute, per tenant: each costs a signature of the seal's key. */
  readonly containerSealsPerMinute: number;
  /** Requests a minute per address; unlimited without it. */
  readonly requestsPerMinute?: number;
  /** `upstream` = none of the node's own: its roots go to another node, or to calendars. */
  readonly anchorChain: 'devchain' | 'bitcoin' | 'upstream';
  readonly bitcoinNetwork: 'mainnet' | 'testnet' | 'testnet4' | 'signet' | 'regtest';
  /** One of the two where the chain is bitcoin. */
  readonly bitcoinRpcUrl?: string;
  readonly esploraUrl?: string;
  /** `<txid>:<output>` of the coin that the chain of anchors starts from, paid to the anchor address. */
  readonly bitcoinFunding?: string;
  /** In satoshi: of one anchor with all that it replaces, and of a calendar month of UTC. */
  readonly bitcoinMaxFee: number;
  readonly bitcoinMonthlyBudget: number;
  /** Satoshi per virtual byte that no estimate lifts the fee above. */
  readonly bitcoinMaxRate: number;
  /** Anchors a day; without it six, and on regtest each head at once. */
  readonly bitcoinPerDay?: number;
  /** Where the key of the chain of anchors is: in the key store, in a token, or wherever PSBTs are carried. */
  readonly anchorKey: AnchorKeyKind;
  /** Of that key, compressed, in hex; what a token must have, and what a PSBT is made for. */
  readonly anchorPublicKey?: string;
  /** Where a wallet finds that key: `<fingerprint>/84h/0h/0h/0/0`. */
  readonly anchorKeyOrigin?: string;
  /** After which an anchor that waits for its signature is an alarm. */
  readonly anchorSignatureMillis: number;
  /** As those of the seal's token. */
  readonly anchorPkcs11Module?: string;
  readonly anchorPkcs11Token?: string;
  readonly anchorPkcs11Key?: string;
  readonly anchorPkcs11KeyId?: string;
  readonly anchorPkcs11PinFile?: string;
  readonly epochIntervalMillis: number;
  /** C2SP tlog-policy, absolute: the witnesses that are asked to cosign the epoch log; nobody is without it. */
  readonly witnessPolicy?: string;
  /** Hosts of that policy that may lie in a private network, by comma: `witness.internal:8790`. */
  readonly witnessInternal?: string;
  /** JSON file of this node's place, links and peers, absolute (docs/formats/links.md); no peers without it. */
  readonly replication?: string;
  /** How long a write waits for the receipts of a write quorum before it is answered without a checkpoint. */
  readonly quorumTimeoutMillis: number;
  /** Whether the epoch log is time-stamped by whoever time-stamps signatures, and how long after the last time. */
  readonly epochTimeStamps: 'on' | 'off';
  readonly epochTimeStampMillis: number;
  /** Directory that the epoch log's checkpoints are added to, absolute; none are without it. */
  readonly anchorFiles?: string;
  /** Directory of public parts of recovery keys, absolute; tenants get development ones without it. */
  readonly recoveryKeys?: string;
  /** Directory that vault keys are put in escrow in, absolute; nothing is in escrow without it. */
  readonly escrowDirectory?: string;
  /** Another Chirograph node that takes this one's roots: a calendar that asks for a key. */
  readonly anchorUpstream?: CalendarSetting;
  /** OpenTimestamps calendars that take them; none without it. */
  readonly calendars?: readonly CalendarSetting[];
  /** So many of all these are to take each root; all of them, where there are fewer. */
  readonly calendarsWanted: number;
  /** At the least between two roots that are sent. */
  readonly calendarIntervalMillis: number;
  /** Where others reach this node's own calendar, with a slash at its end; it is none without it. */
  readonly calendarUri?: string;
  /** Digests that one key may have stamped in a minute. */
  readonly calendarDigestsPerMinute: number;
  /**
   * Where the seal's key is: `development` = of the node's own making; `pem`, `pkcs12` = in a file;
   * `pkcs11` = in a token; `off` = there is none.
   */
  readonly seal: 'development' | 'off' | 'pem' | 'pkcs12' | 'pkcs11';
  /** PKCS#12, or a private key in PEM, certificates with it or not; absolute. */
  readonly sealFile?: string;
  /** PEM or DER, beside those of the file or token; absolute. */
  readonly sealCertificates?: string;
  /** What it signs with; what fits the key without it. */
  readonly sealAlgorithm?: SignatureAlgorithmName;
  /** Files with one line; absolute. */
  readonly sealPassphraseFile?: string;
  readonly pkcs11PinFile?: string;
  /** As the loader of shared objects takes it: a path, or a name. */
  readonly pkcs11Module?: string;
  /** Label or serial number. */
  readonly pkcs11Token?: string;
  /** CKA_LABEL and CKA_ID, the latter in hex. */
  readonly pkcs11Key?: string;
  readonly pkcs11KeyId?: string;
  /** Signatures that the token makes at the same time. */
  readonly pkcs11Sessions: number;
  /** `development` = an authority in this process; `rfc3161` = `timeStampAuthorities`; `off` = none. */
  readonly timeStamps: 'development' | 'rfc3161' | 'off';
  /** In the order in which they are asked. */
  readonly timeStampAuthorities?: readonly AuthoritySetting[];
  /** At the least between two seals over all that a ledger has got since; none are made without it. */
  readonly batchSealMillis?: number;
  /** After its time-stamp a signature waits so long for what is said of revocation: news takes its time. */
  readonly signatureGraceMillis: number;
  /** Trust file (docs/formats/trust.md), absolute: where signatures and time-stamps may end. */
  readonly signatureTrust?: string;
  /** The only hosts that are asked for revocation; nobody is without it. */
  readonly revocationHosts?: readonly HostRule[];
  /** For one request to the outside, from the call to the last byte. */
  readonly outboundTimeoutMillis: number;
}

/** A calendar of somebody else's (docs/formats/opentimestamps.md, "Calendars"). */
export interface CalendarSetting {
  /** http or https, with a slash at its end. */
  readonly url: string;
  /** Its host, as it may be asked. */
  readonly host: HostRule;
  /** Hosts that its promises may be of, beside its own. */
  readonly promises: readonly HostRule[];
}

/** A time-stamp authority of somebody else's. */
export interface AuthoritySetting {
  /** http or https; tokens are signed, so that either will do. */
  readonly url: string;
  /** OID of the policy to ask for; null leaves it to the authority. */
  readonly policy: string | null;
  /** Requests in a day and in a month of UTC, of those that are paid for; null for as many as it takes. */
  readonly perDay: number | null;
  readonly perMonth: number | null;
  /** Its host, as it may be asked. */
  readonly host: HostRule;
}

/** Kept apart from the Config, which is logged; each prints as `[redacted]`. */
export interface Secrets {
  /** The first API key, as the operator chose it. */
  readonly adminKey?: Secret;
  readonly bitcoinRpcUser?: Secret;
  readonly bitcoinRpcPassword?: Secret;
  /** API key for the node of `anchorUpstream`. */
  readonly anchorUpstreamKey?: Secret;
  /** Of the file that holds the seal's key. */
  readonly sealPassphrase?: Secret;
  /** Of the token. */
  readonly pkcs11Pin?: Secret;
  /** Of the token that holds the anchor key. */
  readonly anchorPkcs11Pin?: Secret;
}
