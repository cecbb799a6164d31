/** The suite of outages proves that it can fail: planted in the product, each fault turns it red. */
import { itNoticesEach } from '../support/planted-suite.js';
import { OUTAGE_FAULTS } from './outage-faults.js';

itNoticesEach(OUTAGE_FAULTS);
