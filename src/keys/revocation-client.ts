/**
 * Asks the places that a certificate names: its OCSP responders, then its CRLs. The places are a stranger's
 * words (`outbound` judges them), what comes back is nobody's until its signature has been verified, and
 * nothing else is handed on or kept.
 */
import { equalBytes, toHex } from '../base/bytes.js';
import { ChirographError } from '../base/errors.js';
import { sha256 } from '../base/hash.js';
import { randomBytes, type RandomSource } from '../base/random.js';
import type { Clock } from '../base/time.js';
import { CRL_LIMITS, parseCertificateList } from '../signing/certificate-list.js';
import type { Certificate } from '../signing/certificate.js';
import { encodeOcspRequest } from '../signing/ocsp-request.js';
import { parseOcspResponse } from '../signing/ocsp-response.js';
import { revocationPlaces } from '../signing/revocation-places.js';
import { isFresh, revocationStatuses } from '../signing/revocation-status.js';
import {
  NO_REVOCATION_EVIDENCE,
  type RevocationEvidence,
  type RevocationStatus,
} from '../signing/revocation.js';
import { SigningError } from '../signing/signing-error.js';
import { trustAnchorFrom } from '../signing/trust-anchor.js';
import { type CachedAnswer, RevocationCache } from './internal/revocation-cache.js';
import type { SendOutbound } from './outbound-message.js';
import { RevocationError } from './revocation-error.js';
import type {
  RevocationData,
  RevocationFailure,
  RevocationQuestion,
  RevocationSource,
} from './revocation-source.js';

export interface RevocationClientOptions {
  readonly send: SendOutbound;
  readonly clock: Clock;
  readonly random: RandomSource;
  /** Ends what is under way, at the stop of the node. */
  readonly signal?: AbortSignal;
  readonly onFailure?: (failure: RevocationFailure, error: unknown) => void;
}

/** Whose clock may be ahead of ours by how much. */
const MAX_SKEW_MILLIS = 5 * 60_000;
const MAX_OCSP_BYTES = 64 * 1024;
const NONCE_LENGTH = 16;
const CRL_TYPES = [
  'application/pkix-crl',
  'application/x-pkcs7-crl',
  'application/octet-stream',
  'binary/octet-stream',
];

interface Inquiry extends RevocationQuestion {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
}

export class RevocationClient implements RevocationSource {
  readonly #options: RevocationClientOptions;
  readonly #cache: RevocationCache;

  constructor(options: RevocationClientOptions) {
    this.#options = options;
    this.#cache = new RevocationCache(options.clock);
  }

  async get(
    certificate: Certificate,
    issuer: Certificate,
    question: RevocationQuestion = {},
  ): Promise<RevocationData> {
    const inquiry: Inquiry = { ...question, certificate, issuer };
    const { ocsp, crls, deltaCrls } = revocationPlaces(certificate);
    const failures: RevocationFailure[] = [];
    const attempt = async <T>(
      kind: RevocationFailure['kind'],
      url: string,
      ask: () => Promise<T>,
    ): Promise<T | null> => {
      try {
        return await ask();
      } catch (error) {
        if (!isOperating(error)) throw error;
        const failure = { kind, host: hostOf(url), code: error.code };
        failures.push(failure);
        this.#options.onFailure?.(failure, error);
        return null;
      }
    };
    for (const url of ocsp) {
      const response = await attempt('ocsp', url, () => this.#ocsp(url, inquiry));
      if (response !== null) return { crls: [], ocspResponses: [response], failures };
    }
    for (const url of crls) {
      const crl = await attempt('crl', url, () => this.#crl(url, inquiry));
      if (crl === null) continue;
      for (const deltaUrl of deltaCrls) {
        const delta = await attempt('crl', deltaUrl, () => this.#crl(deltaUrl, inquiry, crl));
        if (delta !== null) return { crls: [crl, delta], ocspResponses: [], failures };
      }
      return { crls: [crl], ocspResponses: [], failures };
    }
    return { crls: [], ocspResponses: [], failures };
  }

  async #ocsp(url: string, inquiry: Inquiry): Promise<Uint8Array> {
    const { certificate, issuer } = inquiry;
    // One responder answers for many certificates, and one certificate may have two issuers of one name.
    const place = `ocsp ${url} ${toHex(certificate.sha256)} ${toHex(issuer.sha256)}`;
    const evidenceOf = (der: Uint8Array): RevocationEvidence => ({
      ...NO_REVOCATION_EVIDENCE,
      ocspResponses: [parsing(() => parseOcspResponse(der))],
    });
    return this.#answer(place, inquiry, evidenceOf, async () => {
      const nonce = randomBytes(this.#options.random, NONCE_LENGTH);
      const { body } = await this.#options.send({
        url,
        method: 'POST',
        headers: { 'content-type': 'application/ocsp-request' },
        // SHA-1 names the certificate and nothing more: many responders know no other name.
        body: encodeOcspRequest({ certificate, issuer, nonce, hash: 'sha1' }),
        accepts: ['application/ocsp-response'],
        maxBytes: MAX_OCSP_BYTES,
        ...(this.#options.signal !== undefined && { signal: this.#options.signal }),
      });
      const { nonce: returned } = parsing(() => parseOcspResponse(body));
      // None is well: the answer was made before we asked, and says itself until when it is good.
      if (returned !== null && !equalBytes(returned, nonce))
        throw unauthenticated('the OCSP response is of another request');
      return { der: body, etag: null, lastModified: null };
    });
  }

  /** @param base the complete CRL that a delta CRL adds to. */
  async #crl(url: string, inquiry: Inquiry, base?: Uint8Array): Promise<Uint8Array> {
    // By issuer too: a certificate of somebody else's that names this place must not spoil it for others.
    const place = `crl ${url} ${toHex(inquiry.issuer.sha256)}`;
    const evidenceOf = (der: Uint8Array): RevocationEvidence => {
      const crl = parsing(() => parseCertificateList(der));
      if ((crl.baseNumber !== null) !== (base !== undefined))
        throw unauthenticated('a delta CRL is where a complete one should be, or the reverse');
      const bases = base === undefined ? [] : [parseCertificateList(base)];
      return { ...NO_REVOCATION_EVIDENCE, crls: [...bases, crl] };
    };
    return this.#answer(place, inquiry, evidenceOf, async () => {
      const known = this.#cache.known(place);
      const answer = await this.#options.send({
        url,
        method: 'GET',
        headers: {
          ...ifSet('if-none-match', known?.etag),
          ...ifSet('if-modified-since', known?.lastModified),
        },
        accepts: CRL_TYPES,
        maxBytes: CRL_LIMITS.maxBytes,
        ...(this.#options.signal !== undefined && { signal: this.#options.signal }),
      });
      const { etag, lastModified } = answer;
      return answer.status === 304 && known !== null
        ? known
        : { der: answer.body, etag, lastModified };
    });
  }

  /** What is known, if it will do; otherwise what is answered now, if that will. */
  async #answer(
    place: string,
    inquiry: Inquiry,
    evidenceOf: (der: Uint8Array) => RevocationEvidence,
    ask: () => Promise<CachedAnswer>,
  ): Promise<Uint8Array> {
    const known = this.#cache.known(place);
    if (known !== null && this.#cache.isCurrent(known)) {
      const status = this.#statusFrom(known.der, evidenceOf(known.der), inquiry);
      if (status === null) this.#cache.forget(place);
      else if (this.#whyNot(status, inquiry) === null) return known.der;
    }
    const answer = await this.#cache.once(place, ask);
    try {
      const status = this.#statusFrom(answer.der, evidenceOf(answer.der), inquiry);
      if (status === null)
        throw unauthenticated(
          'what the place says is by nobody who may, or of another certificate',
        );
      const reason = this.#whyNot(status, inquiry);
      // One that is too old for this question may do for others.
      if (reason === null || reason === TOO_OLD) this.#cache.keep(place, answer, status.nextUpdate);
      if (reason !== null) throw new RevocationError('REVOCATION_STALE', reason);
    } catch (error) {
      // A place that gives rubbish is asked as rarely as one that gives nothing.
      if (error instanceof RevocationError) this.#cache.failed(place, error);
      throw error;
    }
    return answer.der;
  }

  /** The newest that rests on this file, if whoever signed it may speak of the certificate. */
  #statusFrom(
    der: Uint8Array,
    evidence: RevocationEvidence,
    { certificate, issuer }: Inquiry,
  ): RevocationStatus | null {
    const at = this.#options.clock.now();
    const path = { certificates: [certificate], anchor: trustAnchorFrom(issuer) };
    const statuses = revocationStatuses(path, 0, { evidence, intermediates: [], at });
    const digest = sha256(der);
    return (
      statuses.find((status) => status.evidence.some((each) => equalBytes(each, digest))) ?? null
    );
  }

  /** Why a genuine answer is not one to this question. */
  #whyNot(status: RevocationStatus, { madeSince }: Inquiry): string | null {
    const now = this.#options.clock.now();
    if (status.issuedAt > now + MAX_SKEW_MILLIS)
      return "what the place says is of the future: check this node's clock";
    if (!isFresh(status, now)) return 'what the place says has been superseded: it is tried again';
    return madeSince !== undefined && status.issuedAt < madeSince ? TOO_OLD : null;
  }
}

const TOO_OLD = 'what the place says is older than what was asked about: it is tried again';

function parsing<T>(parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    if (!(cause instanceof SigningError)) throw cause;
    throw new RevocationError(
      'REVOCATION_MALFORMED',
      'what the place says is no revocation data that can be read: see the cause',
      { cause },
    );
  }
}

function unauthenticated(reason: string): RevocationError {
  return new RevocationError('REVOCATION_UNAUTHENTICATED', reason);
}

function isOperating(error: unknown): error is ChirographError {
  return error instanceof ChirographError;
}

function ifSet(name: string, value: string | null | undefined): Readonly<Record<string, string>> {
  return typeof value === 'string' ? { [name]: value } : {};
}

/** For people: what a stranger's URL names, in the one spelling that hosts have. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host.slice(0, 253) : '';
}
