/** Names of what lies in a target (docs/formats/backup.md). */

export const TARGET_FILE = 'backup.json';
export const MANIFESTS = 'manifests';
export const PARTS = 'parts';
export const VAULTS = 'vaults';

/** Of one backup; 64 MiB each. */
export const MAX_PARTS = 9_999;

export function manifestPlace(number: number): string {
  return `${MANIFESTS}/${digits(number, 8)}`;
}

/** Of a file in `manifests`; null if it is none. */
export function manifestNumber(name: string): number | null {
  return /^\d{8}$/.test(name) && Number(name) > 0 ? Number(name) : null;
}

/** @param part from 1. */
export function partPlace(backup: number, part: number): string {
  return `${PARTS}/${digits(backup, 8)}.${digits(part, 4)}`;
}

/** Of a file in `parts`; null if it is none. */
export function backupOfPart(name: string): number | null {
  return /^\d{8}\.\d{4}$/.test(name) ? Number(name.slice(0, 8)) : null;
}

export function vaultPlace(tenant: string, generation: number): string {
  return `${VAULTS}/${tenant}/${digits(generation, 8)}`;
}

export function piecePlace(tenant: string, generation: number, offset: number): string {
  return `${vaultPlace(tenant, generation)}.${digits(offset, 16)}`;
}

/** Of a statement or piece in the directory of a tenant; null if it is neither. */
export function generationOf(name: string): number | null {
  const found = /^(\d{8})(?:\.\d{16})?$/.exec(name)?.[1];
  return found === undefined ? null : Number(found);
}

function digits(value: number, length: number): string {
  return String(value).padStart(length, '0');
}
