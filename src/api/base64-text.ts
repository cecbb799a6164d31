/** Bytes in JSON bodies, as base64. */
import { z } from 'zod';
import { fromBase64 } from '../base/bytes.js';
import { BaseError } from '../base/errors.js';

/** @param maximum of the bytes; longer text is refused before it is looked at. */
export function base64Text(maximum: number): z.ZodType<Uint8Array> {
  return z
    .string()
    .max(Math.ceil(maximum / 3) * 4)
    .transform((text, context) => bytesOf(text) ?? refuse(context, 'must be base64, with padding'))
    .meta({ type: 'string', format: 'byte' });
}

/** A certificate: PEM as openssl prints it, or base64 of the DER as services give it. */
export function certificateText(maximum: number): z.ZodType<Uint8Array> {
  return z
    .string()
    .max(maximum * 2)
    .transform(
      (text, context) =>
        bytesOf(withoutPem(text)) ??
        refuse(context, 'must be one certificate, as PEM or as base64 of its DER'),
    )
    .meta({ type: 'string' });
}

const PEM = /^\s*-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----\s*$/;

function withoutPem(text: string): string {
  return (PEM.exec(text)?.[1] ?? text).replaceAll(/\s/g, '');
}

function bytesOf(text: string): Uint8Array | null {
  try {
    const bytes = fromBase64(text);
    return bytes.length === 0 ? null : bytes;
  } catch (cause) {
    if (cause instanceof BaseError) return null;
    throw cause;
  }
}

function refuse(context: z.core.$RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
}
