import { itNoticesEach } from '../../../support/planted-suite.js';
import { S3_OPERATION_FAULTS } from './planted-faults.js';

itNoticesEach(S3_OPERATION_FAULTS);
