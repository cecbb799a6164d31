/** Locks as S3 names them. */
import type { LockMode } from '../../../files/drive-settings.js';

export function modeName(mode: LockMode): 'GOVERNANCE' | 'COMPLIANCE' {
  return mode === 'governance' ? 'GOVERNANCE' : 'COMPLIANCE';
}

export function lockModeOf(name: string | null | undefined): LockMode | null {
  if (name === 'GOVERNANCE') return 'governance';
  return name === 'COMPLIANCE' ? 'compliance' : null;
}
