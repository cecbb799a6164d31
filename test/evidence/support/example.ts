/** The example of docs/formats/evidence.md: a file, and the trust of somebody who knows its operator. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseTrust, type Trust } from '../../../src/evidence/trust.js';
import type { BuiltCollection } from '../collection-builder.js';
import type { Built } from '../evidence-builder.js';

const DIRECTORY = new URL('../../../docs/formats/examples/', import.meta.url);
const EVIDENCE = new URL('residence.evidence', DIRECTORY);
const TRUST = new URL('residence.trust.json', DIRECTORY);
const COLLECTION = new URL('customer.collection', DIRECTORY);
const COLLECTION_TRUST = new URL('customer.trust.json', DIRECTORY);

export interface Example {
  readonly evidence: Uint8Array;
  readonly trust: Trust;
}

export function readExample(): Example {
  return {
    evidence: new Uint8Array(readFileSync(EVIDENCE)),
    trust: parseTrust(readFileSync(TRUST)),
  };
}

/** Likewise of docs/formats/collection.md. */
export function readCollectionExample(): Example {
  return {
    evidence: new Uint8Array(readFileSync(COLLECTION)),
    trust: parseTrust(readFileSync(COLLECTION_TRUST)),
  };
}

/** For a change of format, which comes with a new number. */
export function writeCollectionExample({ bytes, trustJson }: BuiltCollection): void {
  writeFileSync(COLLECTION, bytes);
  writeFileSync(COLLECTION_TRUST, `${JSON.stringify(trustJson, null, 2)}\n`);
}

/** For a change of format, which comes with a new number. */
export function writeExample({ bytes, trust }: Built): void {
  mkdirSync(DIRECTORY, { recursive: true });
  writeFileSync(EVIDENCE, bytes);
  writeFileSync(TRUST, `${JSON.stringify(trust, null, 2)}\n`);
}
