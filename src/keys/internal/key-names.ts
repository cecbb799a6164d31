/** What the files of a key store are called (docs/formats/vault.md), and what the keys in them have in common. */
import { assert } from '../../base/errors.js';
import { base64Of } from '../../base/json-members.js';

/** Of seeds, roots and vault keys. */
export const KEY_LENGTH = 32;
export const KEY = base64Of(KEY_LENGTH);

const HANDLE = /^[0-9a-z]{1,64}$/;

export function logFile(handle: string): string {
  checkHandle(handle);
  return `log.${handle}.json`;
}

/** Of keys that were handed over: what is left of them. */
export function endedFile(handle: string): string {
  checkHandle(handle);
  return `log.${handle}.ended.json`;
}

export function tenantFile(handle: string, what: 'recovery' | 'root' | 'vault'): string {
  checkHandle(handle);
  return `tenant.${handle}.${what}.json`;
}

export function vaultFile(handle: string, generation: number): string {
  checkHandle(handle);
  return `tenant.${handle}.vault.${generation}.json`;
}

/** Handles are made by us; one that leads out of the directory is a programmer's mistake. */
function checkHandle(handle: string): void {
  assert(HANDLE.test(handle), 'a handle is 1 to 64 of 0-9 and a-z');
}
