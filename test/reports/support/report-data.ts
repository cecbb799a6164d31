/** Data of both reports about nobody, with evidence that is real: the example of docs/formats. */
import type { LeafIndex, TreeSize } from '../../../src/base/brand.js';
import { utf8 } from '../../../src/base/bytes.js';
import { sha256Hex } from '../../../src/base/hash.js';
import { parseInstant } from '../../../src/base/time.js';
import type { Trust } from '../../../src/evidence/trust.js';
import { verifyEvidence } from '../../../src/evidence/verify.js';
import type { AttachedFile } from '../../../src/reports/attached.js';
import type { InspectionReportData } from '../../../src/reports/inspection-data.js';
import { proofState } from '../../../src/reports/proof-state.js';
import type { EmbeddedFile } from '../../../src/reports/report-document.js';
import type { EntryPlace, SubjectExportData } from '../../../src/reports/subject-export-data.js';
import { readExample } from '../../evidence/support/example.js';

export const CREATED = parseInstant('2026-03-09T08:30:00.000Z');
export const EVIDENCE_FILE = '0007-residence.evidence';

const LOG = 'log.example.org/kyc/default';
const root = sha256Hex('a root hash');
const laterRoot = sha256Hex('a later root hash');
const at = (text: string) => parseInstant(text);
const index = (number: number): LeafIndex => number as LeafIndex;
const size = (number: number): TreeSize => number as TreeSize;

const place = (number: number): EntryPlace => ({
  origin: LOG,
  index: index(number),
  id: sha256Hex(`entry ${number}`),
  recordedAt: at('2025-06-10T09:00:00.000Z'),
});
const version = (number: number) => ({
  ...place(number),
  retentionClass: 'kyc-10y',
  isCurrent: true,
  retracts: null,
});

export const ATTACHED: AttachedFile = {
  ...{ id: sha256Hex('entry of a bill'), name: 'Stromrechnung.pdf', mediaType: 'application/pdf' },
  ...{ size: 48_213, sha256: sha256Hex('a bill') },
};

export function exampleEvidence(): EmbeddedFile {
  return {
    name: EVIDENCE_FILE,
    mediaType: 'application/json',
    relationship: 'Source',
    description: 'Evidence of entry 7, residence',
    modifiedAt: CREATED,
    bytes: readExample().evidence,
  };
}

export function exampleData(): EmbeddedFile {
  return {
    name: 'answers.json',
    mediaType: 'application/json',
    relationship: 'Data',
    description: 'The answers of this report as data',
    modifiedAt: CREATED,
    bytes: utf8('{"answers":[]}'),
  };
}

export function inspectionData(
  bends: Partial<InspectionReportData> = {},
  trust: Trust = readExample().trust,
): InspectionReportData {
  const evidence = exampleEvidence();
  return {
    language: 'en',
    createdAt: CREATED,
    log: LOG,
    institution: 'Beispielbank AG, Vaduz',
    caseId: 'FMA-2026-0117',
    authority: 'Financial Market Authority',
    legalBasis: 'Art. 28 Due Diligence Act',
    scope: {
      subjects: ['person/4711', 'person/4712'],
      types: ['tradle.Residence', 'tradle.PhotoID'],
      period: { from: at('2025-01-01T00:00:00.000Z'), to: at('2026-03-01T00:00:00.000Z') },
    },
    openedAt: at('2026-03-02T07:00:00.000Z'),
    expiresAt: at('2026-03-31T22:00:00.000Z'),
    closedAt: null,
    hidden: true,
    inspectors: [
      {
        name: 'Inspector 12',
        organisation: 'Financial Market Authority',
        identity: 'CN=Inspector 12,O=Financial Market Authority,C=LI',
        identifiedBy: 'certificate and API key insp-12',
      },
    ],
    questions: [
      {
        askedAt: at('2026-03-02T07:14:03.112Z'),
        question: 'Where did person/4711 live on 1 May 2025, as known on 1 June 2025?',
        asOf: { size: size(412), rootHash: root },
        validAt: at('2025-05-01T00:00:00.000Z'),
        shown: 3,
        resultRoot: sha256Hex('a result'),
      },
      {
        askedAt: at('2026-03-02T07:15:40.900Z'),
        question: 'The same, as known today.',
        asOf: { size: size(90_412), rootHash: laterRoot },
        validAt: null,
        shown: 0,
        resultRoot: null,
      },
    ],
    subjects: [
      {
        subject: 'person/4711',
        states: [
          {
            asOf: { size: size(412), rootHash: root },
            knownUntil: at('2025-06-01T11:00:00.000Z'),
            validAt: at('2025-05-01T00:00:00.000Z'),
            things: [
              {
                type: 'tradle.Residence',
                key: 'main',
                index: index(7),
                recordedAt: at('2025-02-03T10:11:12.131Z'),
                valid: { from: at('2025-02-01T00:00:00.000Z'), to: null },
                author: 'onboarding@beispielbank.example',
                attachments: [ATTACHED],
                content: {
                  kind: 'json',
                  value: {
                    address: {
                      street: 'Städtle 12',
                      city: 'Vaduz',
                      country: { id: 'LI', title: 'Liechtenstein' },
                    },
                    confirmedBy: ['utility bill', 'visit'],
                    score: 0.92,
                    pep: false,
                    note: null,
                  },
                },
              },
            ],
          },
          {
            asOf: { size: size(90_412), rootHash: laterRoot },
            knownUntil: at('2026-03-02T06:59:00.000Z'),
            validAt: at('2025-05-01T00:00:00.000Z'),
            things: [
              {
                type: 'tradle.Residence',
                key: 'main',
                index: index(88),
                recordedAt: at('2025-06-04T09:00:00.000Z'),
                valid: {
                  from: at('2025-04-01T00:00:00.000Z'),
                  to: at('2026-01-01T00:00:00.000Z'),
                },
                author: 'back-office@beispielbank.example',
                content: {
                  kind: 'json',
                  value: {
                    address: {
                      street: 'Landstrasse 3',
                      city: 'Schaan',
                      country: { id: 'LI', title: 'Liechtenstein' },
                    },
                    confirmedBy: ['visit'],
                    score: 0.4,
                    pep: true,
                    note: 'corrected after a letter came back',
                  },
                },
              },
              {
                type: 'tradle.PhotoID',
                key: null,
                index: index(91),
                recordedAt: at('2025-06-05T09:00:00.000Z'),
                valid: { from: null, to: at('2030-01-01T00:00:00.000Z') },
                author: 'back-office@beispielbank.example',
                content: {
                  kind: 'binary',
                  mediaType: 'image/jpeg',
                  size: 83_112,
                  sha256: sha256Hex('a picture'),
                },
              },
            ],
          },
        ],
        differences: [
          {
            type: 'tradle.Residence',
            key: 'main',
            pointer: '/address/street',
            before: 'Städtle 12',
            after: 'Landstrasse 3',
          },
          {
            type: 'tradle.Residence',
            key: 'main',
            pointer: '/pep',
            before: false,
            after: true,
          },
          {
            type: 'tradle.Residence',
            key: 'main',
            pointer: '/note',
            before: undefined,
            after: 'corrected after a letter came back',
          },
        ],
        timeline: [
          {
            recordedAt: at('2025-02-03T10:11:12.131Z'),
            index: index(7),
            what: 'record tradle.Residence, main',
            valid: { from: at('2025-02-01T00:00:00.000Z'), to: null },
            author: 'onboarding@beispielbank.example',
          },
          {
            recordedAt: at('2025-06-04T09:00:00.000Z'),
            index: index(88),
            what: 'record tradle.Residence, main',
            valid: { from: at('2025-04-01T00:00:00.000Z'), to: at('2026-01-01T00:00:00.000Z') },
            author: 'back-office@beispielbank.example',
          },
        ],
      },
    ],
    proofs: [proofState(EVIDENCE_FILE, verifyEvidence(evidence.bytes, trust))],
    files: [evidence, exampleData()],
    ...bends,
  };
}

export function subjectExportData(bends: Partial<SubjectExportData> = {}): SubjectExportData {
  const evidence = exampleEvidence();
  return {
    language: 'en',
    createdAt: CREATED,
    log: LOG,
    controller: 'Beispielbank AG, Vaduz',
    subject: 'person/4711',
    notices: [
      {
        label: 'Purposes',
        text: 'Prevention of money laundering; opening and keeping of accounts',
      },
      { label: 'Recipients', text: 'None outside the bank' },
      { label: 'Source', text: 'You, and the registers named in each record' },
    ],
    logs: [{ origin: LOG, size: size(90_412), rootHash: laterRoot }],
    types: [
      {
        type: 'tradle.Residence',
        things: [
          {
            key: 'main',
            versions: [
              {
                ...version(7),
                recordedAt: at('2025-02-03T10:11:12.131Z'),
                valid: { from: at('2025-02-01T00:00:00.000Z'), to: null },
                author: 'onboarding@beispielbank.example',
                attachments: [ATTACHED, { ...ATTACHED, name: null, size: 7 }],
                content: {
                  kind: 'json',
                  value: { address: { street: 'Städtle 12', city: 'Vaduz' }, lines: [] },
                },
              },
              {
                ...version(88),
                recordedAt: at('2025-06-04T09:00:00.000Z'),
                valid: { from: null, to: null },
                author: 'onboarding@beispielbank.example',
                content: { kind: 'withheld', reason: 'erased' },
              },
              {
                ...version(90),
                retracts: version(88).id,
                isCurrent: false,
                recordedAt: at('2025-06-04T09:00:01.000Z'),
                valid: { from: null, to: null },
                author: 'onboarding@beispielbank.example',
                content: { kind: 'json', value: {} },
              },
            ],
          },
        ],
      },
    ],
    mentions: [
      {
        ...place(95),
        type: 'tradle.Account',
        role: 'part',
        content: { kind: 'json', value: { guarantor: true } },
      },
      { ...place(96), type: 'tradle.Account', role: 'party', content: null },
    ],
    signatures: [
      {
        ...place(97),
        of: version(7).id,
        retentionClass: 'kyc-10y',
        mediaType: 'application/cms',
        size: 2_113,
        sha256: sha256Hex('a signature'),
      },
    ],
    accesses: [
      {
        at: at('2025-07-01T12:00:00.000Z'),
        who: 'key clerk-7',
        purpose: 'yearly review',
        what: 'tradle.Residence',
        entries: 2,
      },
    ],
    omissions: [
      { what: 'part', reason: 'others', count: 3 },
      { what: 'signature-value', reason: 'names-signer', count: 1 },
    ],
    proofs: [proofState(EVIDENCE_FILE, verifyEvidence(evidence.bytes, readExample().trust))],
    files: [evidence],
    ...bends,
  };
}
