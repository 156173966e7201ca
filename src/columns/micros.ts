// Times as the API writes them, as numbers and back without loss. Many times of one answer share their seconds, so that
// only seconds are left to Date. Pure.

const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d\.\d{6}Z$/;

/** Reads times. One reader is for one answer: it remembers the seconds in it. */
export class TimeReader {
  readonly #seconds = new Map<string, number | null>();

  /** µs since 1970; null for what is no time in UTC with six digits, or would not come back as it was. */
  microsOf(text: string): number | null {
    if (!form.test(text)) return null;
    const name = text.slice(0, 19);
    let second = this.#seconds.get(name);
    if (second === undefined) this.#seconds.set(name, (second = secondOf(name)));
    if (second === null) return null;
    const micros = second + Number(text.slice(20, 26));
    // From the year 2255 on a number has no place for the last digit.
    return Number.isSafeInteger(micros) ? micros : null;
  }
}

/** In µs. Null for a 30th of February and for 24 o'clock. */
function secondOf(name: string): number | null {
  const ms = Date.parse(`${name}Z`);
  return !Number.isNaN(ms) && nameOf(ms) === name ? ms * 1_000 : null;
}

/** Up to the second. */
function nameOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}

/** Writes times, as {@link TimeReader} reads them. One writer is for one answer: it remembers the seconds in it. */
export class TimeWriter {
  readonly #seconds = new Map<number, string>();

  /** @throws RangeError for what is no time */
  textOf(micros: number): string {
    const second = Math.floor(micros / 1_000_000);
    let start = this.#seconds.get(second);
    if (start === undefined) {
      start = `${nameOf(second * 1_000)}.`;
      this.#seconds.set(second, start);
    }
    // Six digits, and a 1 before them that keeps their zeros.
    return `${start}${String(1_000_000 + micros - second * 1_000_000).slice(1)}Z`;
  }
}
