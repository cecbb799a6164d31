/** The example of docs/formats/evidence.md: a file, and the trust of somebody who knows its operator. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseTrust, type Trust } from '../../../src/evidence/trust.js';
import type { Built } from '../evidence-builder.js';

const DIRECTORY = new URL('../../../docs/formats/examples/', import.meta.url);
const EVIDENCE = new URL('residence.evidence', DIRECTORY);
const TRUST = new URL('residence.trust.json', DIRECTORY);

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

/** For a change of format, which comes with a new number. */
export function writeExample({ bytes, trust }: Built): void {
  mkdirSync(DIRECTORY, { recursive: true });
  writeFileSync(EVIDENCE, bytes);
  writeFileSync(TRUST, `${JSON.stringify(trust, null, 2)}\n`);
}
