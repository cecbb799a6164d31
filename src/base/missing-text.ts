/** What a validator says of what is not there, in words that mean something outside JavaScript. */

/** @param message of zod: `Invalid input: expected string, received undefined`. */
export function withMissingNamed(message: string): string {
  return message.replace(/, received undefined$/, ', but there is none');
}
