import { describe, expect, it } from '@jest/globals';
import { developmentParts, refuseDevelopmentParts } from '../../src/settings/development-parts.js';

describe('development parts', () => {
  it('are refused in production, each by the variable that changes it', () => {
    expect(() => {
      refuseDevelopmentParts({
        anchorChain: 'devchain',
        seal: 'development',
        timeStamps: 'development',
      });
    }).toThrow(
      expect.objectContaining({
        code: 'CONFIG_DEVELOPMENT_PARTS',
        message: expect.stringMatching(
          /CHIROGRAPH_ANCHOR_CHAIN and CHIROGRAPH_SEAL and CHIROGRAPH_TIME_STAMPS are /,
        ),
      }),
    );
    expect(() => {
      refuseDevelopmentParts({
        anchorChain: 'bitcoin',
        seal: 'development',
        timeStamps: 'rfc3161',
      });
    }).toThrow(expect.objectContaining({ message: expect.stringMatching(/^CHIROGRAPH_SEAL is /) }));
  });

  it('are time-stamps of the embedded authority too', () => {
    expect(
      developmentParts({ anchorChain: 'bitcoin', seal: 'off', timeStamps: 'development' }),
    ).toEqual(['timeStamps']);
  });

  it('are none where every part is real', () => {
    expect(developmentParts({ anchorChain: 'bitcoin', seal: 'off', timeStamps: 'off' })).toEqual(
      [],
    );
    expect(() => {
      refuseDevelopmentParts({ anchorChain: 'bitcoin', seal: 'off', timeStamps: 'off' });
    }).not.toThrow();
  });
});
