/** Signs an entry with the operator's own certificate, and attaches what came of it. */
import type { SealSigner } from '../keys/seal-signer.js';
import {
  attachSignature,
  type AttachedSignature,
  type AttachSignatureDeps,
  type SignatureTarget,
} from './attach-signature.js';
import { CommandError } from './command-error.js';

/**
 * The seal is validated twice, by the signer's own check and by that of every attached signature.
 *
 * @throws CommandError SEAL_NOT_CONFIGURED; and as `attachSignature`.
 */
export async function sealEntry(
  deps: AttachSignatureDeps,
  seal: SealSigner | null,
  target: SignatureTarget,
): Promise<AttachedSignature> {
  if (seal === null)
    throw new CommandError('SEAL_NOT_CONFIGURED', 'this node has no seal: post a CMS instead');
  const { statement } = await target.found.reader.entry(target.found.index);
  const cms = await seal.seal(statement, deps.clock.now());
  return attachSignature(deps, target, cms);
}
