/** Objects on a token, as PKCS#11 finds and shows them. */
import { endianness } from 'node:os';
import type * as Pkcs11 from 'pkcs11js';

export function findObjects(
  module: Pkcs11.PKCS11,
  session: Pkcs11.Handle,
  most: number,
  template: Pkcs11.Template,
): readonly Pkcs11.Handle[] {
  module.C_FindObjectsInit(session, template);
  try {
    return module.C_FindObjects(session, most);
  } finally {
    module.C_FindObjectsFinal(session);
  }
}

/** Null where the token does not have it. */
export function attribute(
  module: Pkcs11.PKCS11,
  session: Pkcs11.Handle,
  object: Pkcs11.Handle,
  type: number,
): Buffer | null {
  try {
    return module.C_GetAttributeValue(session, object, [{ type }])[0]?.value ?? null;
  } catch {
    return null;
  }
}

/** CK_ULONG, as long as the machine has it and in its order; key types are below 2^32. */
export function nativeNumber(bytes: Buffer): number {
  return endianness() === 'LE' ? bytes.readUInt32LE(0) : bytes.readUInt32BE(bytes.length - 4);
}
