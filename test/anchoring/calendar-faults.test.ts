/** The suites of calendars prove that they can fail: planted in the product, each fault turns one of them red. */
import { itNoticesEach } from '../support/planted-suite.js';
import { CALENDAR_FAULTS } from './calendar-faults.js';

itNoticesEach(CALENDAR_FAULTS);
