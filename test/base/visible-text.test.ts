import { describe, expect, it } from '@jest/globals';
import { visible } from '../../src/base/visible-text.js';

describe('a text of anyone', () => {
  it.each([
    ['as it is where all of it shows', 'plain ä 漢 🙂', 'plain ä 漢 🙂'],
    ['without control of a terminal', 'a\u0000\u001b[2Jb', 'a\\u{0}\\u{1b}[2Jb'],
    [
      'without what turns or hides text',
      '\u202e\u2066\u200b\ufeff',
      '\\u{202e}\\u{2066}\\u{200b}\\u{feff}',
    ],
    ['on one line', '\n\r\u2028\u2029', '\\u{a}\\u{d}\\u{2028}\\u{2029}'],
    ['without private characters and halves', '\ue000\ud800', '\\u{e000}\\u{d800}'],
  ])('is shown %s', (_how, text, shown) => {
    expect(visible(text)).toBe(shown);
  });
});
