/** The table of rules proves that it can fail: planted in the development chain, each fault turns it red. */
import { itNoticesEach } from '../support/planted-suite.js';
import { DEVCHAIN_FAULTS } from './devchain-faults.js';

itNoticesEach(DEVCHAIN_FAULTS);
