// uPlot asks for numbers in the browser's language as it is loaded. Where a browser takes its language from a system
// without one, Chromium says "en-US@posix", which is no language tag (RFC 5646): asking for its numbers throws, and no
// chart would be there for a reason that nobody sees.

/** To be called before uPlot is loaded: a language that cannot be asked for is American English from now on. */
export function haveKnownLanguage(browser: { readonly language: string }): void {
  try {
    Intl.getCanonicalLocales(browser.language);
  } catch {
    Object.defineProperty(browser, 'language', { value: 'en-US', configurable: true });
  }
}
