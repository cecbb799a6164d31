/** The suite of how a verifier knows a chain proves that it can fail. */
import { itNoticesEach } from '../support/planted-suite.js';
import { KNOWN_BY_FAULTS } from './known-by-faults.js';

itNoticesEach(KNOWN_BY_FAULTS);
