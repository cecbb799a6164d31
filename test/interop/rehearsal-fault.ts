/** Planted to show that the rehearsal can fail. */
import type { PlantedFault } from '../support/mutant.js';

export const REHEARSAL_FAULT: PlantedFault = {
  name: 'what a stolen key signed beyond its end is taken',
  file: 'evidence/internal/handover-rules.js',
  find: 'checkpoint.size > known.size',
  replace: 'false',
};
