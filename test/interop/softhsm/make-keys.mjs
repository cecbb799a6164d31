// Makes the keys of the SoftHSM suite in a token, in a process of its own, as the module wants its configuration in
// a variable. `node make-keys.mjs MODULE TOKEN PIN` prints the public keys; with `certificate ID FILE` behind it,
// the certificate in FILE (DER) is put beside the key of that id; with `anchor ID OID` a key on that curve is made, by
// the DER of its OID in hex, and its public point printed.
import { readFileSync } from 'node:fs';
import pkcs11 from 'pkcs11js';

const [, , modulePath, tokenLabel, pin, what, id, file] = process.argv;
const module = new pkcs11.PKCS11();
module.load(modulePath);
module.C_Initialize({ flags: pkcs11.CKF_OS_LOCKING_OK });
const slot = module
  .C_GetSlotList(true)
  .find((one) => module.C_GetTokenInfo(one).label.trim() === tokenLabel);
const session = module.C_OpenSession(slot, pkcs11.CKF_SERIAL_SESSION | pkcs11.CKF_RW_SESSION);
module.C_Login(session, pkcs11.CKU_USER, pin);

if (what === 'certificate') putCertificate(id, readFileSync(file));
else if (what === 'anchor') console.log(ecPoint(id, 'anchor-' + id, file).toString('hex'));
else console.log(JSON.stringify({ rsa: rsaKey('01', 'seal-rsa'), ec: ecKey('02', 'seal-ec') }));
module.C_Logout(session);
module.C_Finalize();

function putCertificate(hex, der) {
  module.C_CreateObject(session, [
    { type: pkcs11.CKA_CLASS, value: pkcs11.CKO_CERTIFICATE },
    { type: pkcs11.CKA_CERTIFICATE_TYPE, value: pkcs11.CKC_X_509 },
    { type: pkcs11.CKA_TOKEN, value: true },
    { type: pkcs11.CKA_ID, value: Buffer.from(hex, 'hex') },
    { type: pkcs11.CKA_SUBJECT, value: Buffer.from('3000', 'hex') },
    { type: pkcs11.CKA_VALUE, value: der },
  ]);
}

function generate(mechanism, publicTemplate, hex, label) {
  const common = [
    { type: pkcs11.CKA_TOKEN, value: true },
    { type: pkcs11.CKA_ID, value: Buffer.from(hex, 'hex') },
    { type: pkcs11.CKA_LABEL, value: label },
  ];
  return module.C_GenerateKeyPair(
    session,
    { mechanism },
    [...common, { type: pkcs11.CKA_VERIFY, value: true }, ...publicTemplate],
    [
      ...common,
      { type: pkcs11.CKA_PRIVATE, value: true },
      { type: pkcs11.CKA_SENSITIVE, value: true },
      { type: pkcs11.CKA_EXTRACTABLE, value: false },
      { type: pkcs11.CKA_SIGN, value: true },
    ],
  ).publicKey;
}

function attribute(object, type) {
  return module.C_GetAttributeValue(session, object, [{ type }])[0].value;
}

function rsaKey(hex, label) {
  const key = generate(
    pkcs11.CKM_RSA_PKCS_KEY_PAIR_GEN,
    [
      { type: pkcs11.CKA_MODULUS_BITS, value: 2048 },
      { type: pkcs11.CKA_PUBLIC_EXPONENT, value: Buffer.from([1, 0, 1]) },
    ],
    hex,
    label,
  );
  const n = attribute(key, pkcs11.CKA_MODULUS).toString('base64url');
  return { kty: 'RSA', n, e: 'AQAB' };
}

/** 04 ‖ X ‖ Y, which the token has in an OCTET STRING. */
function ecPoint(hex, label, oid) {
  const curve = Buffer.from(oid, 'hex');
  const key = generate(
    pkcs11.CKM_EC_KEY_PAIR_GEN,
    [{ type: pkcs11.CKA_EC_PARAMS, value: curve }],
    hex,
    label,
  );
  return attribute(key, pkcs11.CKA_EC_POINT).subarray(2);
}

function ecKey(hex, label) {
  // The OID of P-256.
  const point = ecPoint(hex, label, '06082a8648ce3d030107').subarray(1);
  return {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(0, 32).toString('base64url'),
    y: point.subarray(32).toString('base64url'),
  };
}
