/** The suites of backups prove that they can fail: planted in the product, each fault turns one red. */
import { itNoticesEach } from '../support/planted-suite.js';
import { BACKUP_FAULTS } from './planted-backups.js';

itNoticesEach(BACKUP_FAULTS);
