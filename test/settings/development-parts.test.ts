import { describe, expect, it } from '@jest/globals';
import { developmentParts, refuseDevelopmentParts } from '../../src/settings/development-parts.js';

describe('development parts', () => {
  it('are refused in production, each by the variable that changes it', () => {
    expect(() => {
      refuseDevelopmentParts({ anchorChain: 'devchain', seal: 'development' });
    }).toThrow(
      expect.objectContaining({
        code: 'CONFIG_DEVELOPMENT_PARTS',
        message: expect.stringMatching(/CHIROGRAPH_ANCHOR_CHAIN and CHIROGRAPH_SEAL are /),
      }),
    );
    expect(() => {
      refuseDevelopmentParts({ anchorChain: 'bitcoin', seal: 'development' });
    }).toThrow(expect.objectContaining({ message: expect.stringMatching(/^CHIROGRAPH_SEAL is /) }));
  });

  it('are none where every part is real', () => {
    expect(developmentParts({ anchorChain: 'bitcoin', seal: 'off' })).toEqual([]);
    expect(() => {
      refuseDevelopmentParts({ anchorChain: 'bitcoin', seal: 'off' });
    }).not.toThrow();
  });
});
