import { describe, expect, it } from 'vitest';
import { haveKnownLanguage } from '../../../pages/src/chart/known-language.ts';

describe('the language that charts ask for', () => {
  it.each(['de-CH', 'en', 'zh-Hant-TW'])('is the browser’s: %s', (language) => {
    const browser = { language };
    haveKnownLanguage(browser);
    expect(browser.language).toBe(language);
  });

  it.each(['en-US@posix', 'C', ''])('is American English where %j is none', (language) => {
    const browser = { language };
    haveKnownLanguage(browser);
    expect(browser.language).toBe('en-US');
  });
});
