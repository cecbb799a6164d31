/** Parts of the verifier that meet Node's modules: bundled for a browser, and run beside the originals. */
export { fromBase64, fromHex, toBase64, toHex, u32be, u64be } from '../../../src/base/bytes.js';
export { hmacSha256Hex, sha256, sha256Hex } from '../../../src/base/hash.js';
export { digestFromHex, hexDigest } from '../../../src/base/hex-digest.js';
export { inflate } from '../../../src/evidence/internal/inflate.js';
export { runVerify } from '../../../src/evidence/run-verify.js';
export { isSignedByKey } from '../../../src/identities/key-signature.js';
export { SIGNATURE_ALGORITHMS, verifySignature } from '../../../src/signing/algorithms.js';
export { validateCertificatePath } from '../../../src/signing/certificate-path.js';
export { parseCertificate } from '../../../src/signing/certificate.js';
export { readDer } from '../../../src/signing/der-reader.js';
export { DIGESTS, digestOf } from '../../../src/signing/digest-algorithms.js';
export { displayName, readName } from '../../../src/signing/distinguished-name.js';
export { sha1Identifier } from '../../../src/signing/identifier-digest.js';
export { parsePublicKey } from '../../../src/signing/public-key.js';
export { RETIRED_ALGORITHMS } from '../../../src/signing/retired-algorithms.js';
export { trustAnchorFrom } from '../../../src/signing/trust-anchor.js';
export { ed25519Verifier } from '../../../src/tlog/ed25519.js';
