import { describeConformance, withConformingDevChain } from './conformance.js';

describeConformance('the development chain', withConformingDevChain);
