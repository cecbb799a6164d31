/** Identifier octets of ITU-T X.690 §8.1.2, the low-tag-number form only: X.509 and CMS need no other. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** `[n]` over a constructed value: EXPLICIT, or IMPLICIT over a SEQUENCE or SET. */
export function contextTag(number: number): number {
  return 0xa0 | number;
}

/** `[n] IMPLICIT` over a primitive value. */
export function contextPrimitiveTag(number: number): number {
  return 0x80 | number;
}
