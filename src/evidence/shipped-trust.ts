/**
 * What this version trusts before anyone says anything. No certificates: whom to believe is for the
 * verifier's owner. Blocks only, which anyone can look up.
 */
import { CHECKPOINTS, CHECKPOINTS_DATED } from './checkpoints.js';
import type { Trust } from './trust.js';

export const SHIPPED_TRUST: Trust = {
  sources: [
    { name: `Bitcoin blocks known to this version (${CHECKPOINTS_DATED})`, development: false },
  ],
  certificates: [],
  recoveryKeys: [],
  logs: [],
  handovers: [],
  anchorScripts: [],
  blocks: CHECKPOINTS.map((checkpoint) => ({ ...checkpoint, by: 'checkpoint' })),
  identities: [],
  witnessPolicies: [],
};
