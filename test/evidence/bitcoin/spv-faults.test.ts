/** The forgeries of anchors prove that they can fail: each check that is taken out of the product lets one of them through. */
import { itNoticesEach } from '../../support/planted-suite.js';
import { SPV_FAULTS } from './spv-faults.js';

itNoticesEach(SPV_FAULTS);
