/** The suites of monitors prove that they can fail: planted in the product, each fault turns its suite red. */
import { itNoticesEach } from '../../support/planted-suite.js';
import { MONITOR_FAULTS } from './monitor-faults.js';

itNoticesEach(MONITOR_FAULTS);
