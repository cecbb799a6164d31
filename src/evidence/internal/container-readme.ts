/**
 * For whoever finds a container in twenty years: what is in it, and how it is checked. Part of the format
 * (docs/formats/asic.md): another text is another format, because a verifier compares it byte for byte.
 */
import { utf8 } from '../../base/bytes.js';

export const CONTAINER_FORMAT = 1;

/** The beginning, in every format; what follows is its number. */
export const README_HEAD = 'Chirograph container, format ';

const HOW_TO_VERIFY = (file: string): string => `HOW TO VERIFY IT

1. Everything: node verify.mjs THIS-CONTAINER --trust TRUST-FILE
   verify.mjs and verify.html come from the Chirograph project (Apache-2.0) and need no connection. A trust
   file names the certificates and keys that you trust yourself: get it from the operator another way.
   What is in ${file}, and how it is verified, is described in the project's docs/formats,
   so that a verifier can be written anew.
2. The seal of the container, with any validator of eIDAS signatures that reads ASiC (ETSI EN 319 162-1),
   or by hand with OpenSSL:
     unzip THIS-CONTAINER -d container && cd container
     openssl cms -verify -binary -inform DER -in META-INF/signature001.p7s \\
       -content META-INF/ASiCManifest001.xml -CAfile AUTHORITY.pem -purpose any -out /dev/null
   and compare the digests in META-INF/ASiCManifest001.xml: openssl dgst -sha256 -binary FILE | base64

`;

const GERMAN_NOTE = (file: string): string => `AUF DEUTSCH

Dieser Container enthält in ${file} einen Beweis dafür, was in einem Log aufgezeichnet wurde, und daneben
dasselbe lesbar. Bewiesen ist nur, was in ${file} steht; die anderen Dateien müssen damit übereinstimmen,
und verify.mjs prüft das. Das Siegel in META-INF umfasst alle Dateien.
`;

export const ENTRY_README = utf8(
  `${README_HEAD}${CONTAINER_FORMAT}

This container proves what was recorded as one entry of an append-only log, by whom, and when.

WHAT IS IN IT

evidence.json   the proof: the entry, its place in the log, signatures, and what anchors the log in a
                public chain. It alone counts; every other file here must say the same.
statement.json  the entry itself, as it is in the log and as it was signed
payload.*       what was recorded, if it is disclosed here
batch.json      if it is there: root hash of the log up to a later entry, for one signature over all before
signatures/     signatures by persons or bodies over statement.json, over batch.json, or over one another
                (CMS, detached), if there are any
META-INF/       the operator's seal over a list of all these files, with their digests

${HOW_TO_VERIFY('evidence.json')}${GERMAN_NOTE('evidence.json')}`,
);

export const COLLECTION_README = utf8(
  `${README_HEAD}${CONTAINER_FORMAT}

This container proves what an append-only log held of a person, and that nothing of it was left out.

WHAT IS IN IT

collection.json  the proof: all entries, their places in the log, signatures, and that they are all. It
                 alone counts; every other file here must say the same.
entries.jsonl    the same entries for reading, one a line: statement, and header and payload where disclosed
META-INF/        the operator's seal over a list of all these files, with their digests

${HOW_TO_VERIFY('collection.json')}${GERMAN_NOTE('collection.json')}`,
);
