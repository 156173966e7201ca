// Measures two things turn by turn, so that whatever else the machine does falls on both, and says how far
// the rounds were apart. It never compares figures of different runs.

export type Spread = { median: number; lowest: number; highest: number };

/**
 * Runs both in every round, the order changing from round to round.
 * @returns what each gave, round by round
 */
export async function interleave<T>(
  rounds: number,
  subjects: { candidate: () => Promise<T>; baseline: () => Promise<T> },
): Promise<{ candidate: T; baseline: T }[]> {
  const results: { candidate: T; baseline: T }[] = [];
  for (let done = 0; done < rounds; done += 1) {
    if (done % 2 === 0) {
      const candidate = await subjects.candidate();
      results.push({ candidate, baseline: await subjects.baseline() });
    } else {
      const baseline = await subjects.baseline();
      results.push({ candidate: await subjects.candidate(), baseline });
    }
  }
  return results;
}

/** Median and extremes of at least one number. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = sorted.length / 2;
  return {
    median:
      sorted.length % 2 === 1
        ? at(Math.floor(middle))
        : (at(Math.floor(middle) - 1) + at(middle)) / 2,
    lowest: at(0),
    highest: at(sorted.length - 1),
  };
}

/** For example `0.84 (0.80 to 0.88)`. */
export function shown({ median, lowest, highest }: Spread): string {
  return `${round(median)} (${round(lowest)} to ${round(highest)})`;
}

/** Three digits are more than a measurement of this kind can carry. */
export function round(value: number): number {
  return Number(value.toPrecision(3));
}
