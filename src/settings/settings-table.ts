/** Every setting there is: its bounds, its default, its line of help. */
import { ECDH } from 'node:crypto';
import { isIP } from 'node:net';
import { DAY_MILLIS } from '../base/time.js';
import type { Config } from '../config.js';
import { LOG_LEVELS } from '../json-logger.js';
import { SIGNATURE_ALGORITHMS, type SignatureAlgorithmName } from '../signing/algorithms.js';
import { MAX_CALENDARS, readCalendars, readUpstream } from './calendar-settings.js';
import { readCertificateTable } from './certificate-table-setting.js';
import { readOidcIssuers } from './oidc-setting.js';
import { readAuthorities, readRevocationHosts } from './outbound-settings.js';
import { choice, list, type Setting, structure, text, wholeNumber } from './setting.js';

/** `data` is not among them: the configuration file lies in it and cannot say where it lies. */
export type Settings = Required<Omit<Config, 'data'>>;
export type SettingName = keyof Settings;

const MIB = 1024 * 1024;
const HOUR_MILLIS = 60 * 60 * 1000;
const MAX_PORT = 65_535;

export const DEFAULT_DATA = 'chirograph-data';

export const DEFAULTS = {
  host: '127.0.0.1',
  port: 8787,
  backupWaitMillis: DAY_MILLIS,
  logLevel: 'info',
  maxBodyBytes: 8 * MIB,
  maxPayloadBytes: 4 * MIB,
  maxNdjsonLineBytes: 8 * MIB,
  requestTimeoutMillis: 30_000,
  shutdownTimeoutMillis: 10_000,
  failedLoginsPerMinute: 20,
  refusalsPerMinute: 60,
  searchesPerMinute: 60,
  containerSealsPerMinute: 60,
  anchorChain: 'devchain',
  bitcoinNetwork: 'mainnet',
  bitcoinMaxFee: 50_000,
  bitcoinMaxRate: 100,
  bitcoinMonthlyBudget: 1_000_000,
  anchorKey: 'software',
  anchorSignatureMillis: DAY_MILLIS,
  epochIntervalMillis: 60_000,
  quorumTimeoutMillis: 5_000,
  epochTimeStamps: 'on',
  epochTimeStampMillis: HOUR_MILLIS,
  calendarsWanted: 2,
  calendarIntervalMillis: 600_000,
  calendarDigestsPerMinute: 60,
  seal: 'development',
  pkcs11Sessions: 4,
  timeStamps: 'development',
  signatureGraceMillis: DAY_MILLIS,
  outboundTimeoutMillis: 10_000,
} as const satisfies Partial<Settings>;

export const SETTINGS: { readonly [Name in SettingName]: Setting<Settings[Name]> } = {
  keys: text(
    isPath,
    'a path',
    'directory of the key store (default: the data directory with ".keys" behind it)',
  ),
  host: text(isHost, 'an IP address or a host name', 'address to listen on'),
  port: wholeNumber(0, MAX_PORT, 'port to listen on; 0 takes a free one'),
  backupDirectories: list(
    isPath,
    16,
    'up to 16 different paths, with commas between them',
    'directories that backups are made to (default: none)',
  ),
  backupIntervalMillis: wholeNumber(
    1_000,
    31 * DAY_MILLIS,
    'time between backups; without it, only on request',
  ),
  backupWaitMillis: wholeNumber(
    0,
    31 * DAY_MILLIS,
    'how long an erasure waits for a backup directory that cannot be reached',
  ),
  tlsCertificate: text(isPath, 'a path', 'certificate of the node (PEM); without it, plain HTTP'),
  tlsKey: text(isPath, 'a path', 'private key of that certificate (PEM)'),
  tlsClientCa: text(isPath, 'a path', 'authorities of client certificates (PEM; default: none)'),
  clientCertificates: structure(
    readCertificateTable,
    'an array of the holders of client certificates',
    'who may log in with a client certificate, as JSON (see README, Log-in)',
  ),
  oidcIssuers: structure(
    readOidcIssuers,
    'an array of issuers of access tokens',
    'whose access tokens are taken, as JSON (see README, Log-in)',
  ),
  metricsPort: wholeNumber(0, MAX_PORT, 'port of /metrics (default: none)'),
  s3Port: wholeNumber(0, MAX_PORT, 'port of S3; 0 takes a free one (default: none)'),
  s3Domain: text(
    isDomain,
    'a host name in lower case',
    'domain whose hosts name buckets at the S3 port, as in <bucket>.s3.example.com (default: none)',
  ),
  logLevel: choice(LOG_LEVELS, 'least level that is logged'),
  logName: text(
    isLogName,
    'a name like audit.example.com of at most 100 characters',
    "first part of every ledger's origin (default: chirograph.<start of the node id>)",
  ),
  maxBodyBytes: wholeNumber(1024, 64 * MIB, 'largest body of a request, in bytes'),
  maxPayloadBytes: wholeNumber(1024, 8 * MIB, 'largest payload of a record, in bytes'),
  maxNdjsonLineBytes: wholeNumber(1024, 64 * MIB, 'longest line of an NDJSON body, in bytes'),
  requestTimeoutMillis: wholeNumber(100, DAY_MILLIS, 'time for a request to arrive'),
  shutdownTimeoutMillis: wholeNumber(0, DAY_MILLIS, 'time for requests in flight at a stop'),
  failedLoginsPerMinute: wholeNumber(
    1,
    1_000_000,
    'failed log-ins per address and key before more are refused',
  ),
  refusalsPerMinute: wholeNumber(
    1,
    100_000,
    'refused tries per key that are put on record one by one; the others are counted',
  ),
  searchesPerMinute: wholeNumber(
    1,
    100_000,
    'searches for persons per key before more are refused',
  ),
  containerSealsPerMinute: wholeNumber(
    1,
    100_000,
    'containers sealed per tenant before more are refused',
  ),
  requestsPerMinute: wholeNumber(1, 1e9, 'requests per address (default: unlimited)'),
  anchorChain: choice(
    ['devchain', 'bitcoin', 'upstream'],
    'chain that epochs are anchored to, or upstream for none; bitcoin is untried on mainnet',
  ),
  bitcoinNetwork: choice(
    ['mainnet', 'testnet', 'testnet4', 'signet', 'regtest'],
    'network that the Bitcoin node must be on',
  ),
  bitcoinRpcUrl: text(
    isPlainHttpUrl,
    'an http or https URL without user and password',
    'JSON-RPC of the Bitcoin node',
  ),
  esploraUrl: text(
    isPlainHttpUrl,
    'an http or https URL without user and password',
    'Esplora server to ask instead of a Bitcoin node; public ones are untried',
  ),
  bitcoinFunding: text(
    (value) => /^[0-9a-f]{64}:(?:0|[1-9][0-9]{0,8})$/.test(value),
    'an outpoint like <txid>:<output>',
    'coin paid to the anchor address, which the chain of anchors starts from',
  ),
  bitcoinMaxFee: wholeNumber(
    161,
    100_000_000,
    'what one anchor may cost with all that it replaces, in satoshi',
  ),
  bitcoinMaxRate: wholeNumber(
    1,
    10_000,
    'satoshi per virtual byte that no estimate lifts the fee above',
  ),
  bitcoinMonthlyBudget: wholeNumber(
    161,
    10_000_000_000,
    'what the anchors of a calendar month (UTC) may cost, in satoshi',
  ),
  bitcoinPerDay: wholeNumber(1, 1_440, 'anchors a day (default: 6; on regtest each head at once)'),
  anchorKey: choice(
    ['software', 'pkcs11', 'psbt'],
    'where the anchor key is: in the key store, in a token, or elsewhere, for which transactions are handed out; hardware is untried',
  ),
  anchorPublicKey: text(
    isPublicKey,
    'a compressed secp256k1 public key, 66 hex digits',
    'public key of the anchor key that lies in a token or elsewhere',
  ),
  anchorKeyOrigin: text(
    (value) => /^[0-9a-f]{8}(?:\/(?:0|[1-9][0-9]{0,8})h?){1,10}$/.test(value),
    'a fingerprint and a path like d34db33f/84h/0h/0h/0/0',
    'where a wallet finds that key, for devices that ask (default: not said)',
  ),
  anchorSignatureMillis: wholeNumber(
    60_000,
    366 * DAY_MILLIS,
    'time after which an anchor that waits for its signature is an alarm',
  ),
  anchorPkcs11Module: text(
    isPath,
    'a path',
    'PKCS#11 module of the token that holds the anchor key',
  ),
  anchorPkcs11Token: text(
    isLabel,
    'a label',
    'label or serial number of that token (default: the only one)',
  ),
  anchorPkcs11Key: text(isLabel, 'a label', 'label of the private anchor key'),
  anchorPkcs11KeyId: text(isKeyId, 'hex like 01a7', 'id of the private anchor key, in hex'),
  anchorPkcs11PinFile: text(isPath, 'a path', 'file whose one line is the PIN of that token'),
  epochIntervalMillis: wholeNumber(100, DAY_MILLIS, 'time between epochs'),
  witnessPolicy: text(
    isPath,
    'a path',
    'file that names the witnesses to ask, and how many must cosign (C2SP tlog-policy)',
  ),
  witnessInternal: text(
    (value) => /^[0-9A-Za-z.:[\]-]{1,256}(?:,[0-9A-Za-z.:[\]-]{1,256}){0,63}$/.test(value),
    'hosts with ports, with commas between them',
    'witnesses of it that lie in a private network: host:port,host:port',
  ),
  replication: text(
    isPath,
    'a path',
    'JSON file that says where this node stands, where it listens for other nodes, and which are its peers (see README, Several nodes)',
  ),
  quorumTimeoutMillis: wholeNumber(
    0,
    DAY_MILLIS,
    'how long a write to a shared ledger waits for the receipts of its quorum before it is answered without a checkpoint',
  ),
  epochTimeStamps: choice(
    ['on', 'off'],
    'whether the epoch log is time-stamped, where there are time-stamps',
  ),
  epochTimeStampMillis: wholeNumber(
    0,
    366 * DAY_MILLIS,
    'time between two time-stamps of the epoch log; 0 stamps each epoch',
  ),
  recoveryKeys: text(
    isPath,
    'a path',
    'directory with the public parts of recovery keys, for tenants that are made (docs/formats/escrow.md; default: none, and development keys)',
  ),
  escrowDirectory: text(
    isPath,
    'a path',
    'directory for the escrow files of the vaults, which a lost key store is restored from (default: none)',
  ),
  anchorFiles: text(
    isPath,
    'a path',
    'directory that checkpoints of the epoch log are added to (default: none)',
  ),
  anchorUpstream: structure(
    readUpstream,
    'a node to send roots of the epoch log to',
    'another Chirograph node that anchors for this one, as JSON (see README, Anchoring upstream)',
  ),
  calendars: structure(
    readCalendars,
    'an array of OpenTimestamps calendars',
    'calendars that stamp the epoch log, as JSON (see README, Anchoring upstream; default: none)',
  ),
  calendarsWanted: wholeNumber(
    1,
    MAX_CALENDARS + 1,
    'calendars that are to take each root; all, if there are fewer',
  ),
  calendarIntervalMillis: wholeNumber(
    60_000,
    7 * DAY_MILLIS,
    'time between two roots that calendars are sent',
  ),
  calendarUri: text(
    isCalendarUri,
    'an http or https URL of A-Z, a-z, 0-9, -, ., _, / and : that ends with /v1/calendar/',
    "where others reach this node's calendar; without it, it is none",
  ),
  calendarDigestsPerMinute: wholeNumber(
    1,
    100_000,
    'digests stamped per key before more are refused',
  ),
  seal: choice(
    ['development', 'off', 'pem', 'pkcs12', 'pkcs11'],
    'where the key is that seals statements',
  ),
  sealFile: text(isPath, 'a path', 'PKCS#12 file, or private key in PEM, of the seal'),
  sealCertificates: text(
    isPath,
    'a path',
    "the seal's certificate and those above it (PEM; default: those beside the key)",
  ),
  sealAlgorithm: choice(
    Object.keys(SIGNATURE_ALGORITHMS) as SignatureAlgorithmName[],
    'what it signs with (default: what fits its key)',
  ),
  sealPassphraseFile: text(isPath, 'a path', 'file whose one line is the passphrase of that file'),
  pkcs11Module: text(isPath, 'a path', 'PKCS#11 module of the token that holds the seal'),
  pkcs11Token: text(
    isLabel,
    'a label',
    'label or serial number of the token (default: the only one)',
  ),
  pkcs11Key: text(isLabel, 'a label', 'label of the private key'),
  pkcs11KeyId: text(isKeyId, 'hex like 01a7', 'id of the private key, in hex'),
  pkcs11PinFile: text(isPath, 'a path', 'file whose one line is the PIN of the token'),
  pkcs11Sessions: wholeNumber(1, 64, 'signatures that the token makes at the same time'),
  batchSealMillis: wholeNumber(
    1_000,
    366 * DAY_MILLIS,
    'time between two seals over all new entries of a ledger (default: none are made)',
  ),
  timeStamps: choice(
    ['development', 'rfc3161', 'off'],
    'who time-stamps signatures (default: development with the development seal, otherwise off)',
  ),
  timeStampAuthorities: structure(
    readAuthorities,
    'an array of time-stamp authorities',
    'whom to ask for time-stamps, as JSON, in order (see README, Signatures with evidence)',
  ),
  signatureGraceMillis: wholeNumber(
    0,
    31 * DAY_MILLIS,
    'time from the time-stamp to the question of revocation (default: a day; 2,000 with development time-stamps)',
  ),
  signatureTrust: text(
    isPath,
    'a path',
    'trust file: where signatures and time-stamps may end (default: development parts only)',
  ),
  revocationHosts: structure(
    readRevocationHosts,
    'an array of hosts',
    'hosts that may be asked for revocation, as JSON (default: none)',
  ),
  outboundTimeoutMillis: wholeNumber(100, 300_000, 'time for one request to the outside'),
};

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

function isPath(value: string): boolean {
  return value !== '' && !value.includes('\0');
}

/** CKA_LABEL and what a token calls itself: 32 bytes in PKCS#11, longer in some modules. */
function isLabel(value: string): boolean {
  return value !== '' && value.length <= 255 && !/\p{Cc}/u.test(value);
}

/** CKA_ID. */
function isKeyId(value: string): boolean {
  return /^(?:[0-9a-f]{2}){1,64}$/.test(value);
}

/** Compressed, and on the curve. */
function isPublicKey(value: string): boolean {
  if (!/^0[23][0-9a-f]{64}$/.test(value)) return false;
  try {
    ECDH.convertKey(value, 'secp256k1', 'hex', 'hex', 'compressed');
    return true;
  } catch {
    return false;
  }
}

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const HOST_NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);

function isHost(value: string): boolean {
  return isIP(value) !== 0 || (value.length <= 253 && HOST_NAME.test(value));
}

/** Lower case only: hosts are compared without regard to it. */
function isDomain(value: string): boolean {
  return value.length <= 190 && HOST_NAME.test(value);
}

/** Lower case only: an origin is compared byte by byte. */
function isLogName(value: string): boolean {
  return value.length <= 100 && HOST_NAME.test(value);
}

/** What a timestamp may have in a promise (docs/formats/opentimestamps.md, "Limits"). */
function isCalendarUri(value: string): boolean {
  return isPlainHttpUrl(value) && /^[A-Za-z0-9\-._/:]{1,1000}\/v1\/calendar\/$/.test(value);
}

/** A password in the URL would be logged with it; it has a variable of its own. */
function isPlainHttpUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}
