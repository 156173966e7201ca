// Says what is wrong with a value that has not the shape asked for, in the words of whoever sent it: zod's own texts
// speak of its types ("expected number, received NaN"). Pure; a schema that says something better itself is kept.
import type { z } from 'zod';

/** What zod calls types, as one says it of JSON and of a query. */
const kinds: Partial<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** What is counted, one of it, where zod limits a size. */
const counted: Partial<Record<string, string>> = { string: 'character', array: 'item' };

const formats: Partial<Record<string, string>> = {
  datetime: 'must be a time with its zone, such as 2027-01-31T09:30:00Z',
  uuid: 'must be a uuid, such as 0199b0c2-6f00-7c3e-9a51-3f0c7d2b8e44',
};

/**
 * The `error` of a `safeParse()`: one sentence's end, which follows the path ("rollout.percent: must be at most 100").
 * @returns undefined where zod's own text serves
 */
export const shapeProblem: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type': {
      const kind = kinds[issue.expected] ?? issue.expected;
      return issue.input === undefined ? `is missing; it must be ${kind}` : `must be ${kind}`;
    }
    case 'invalid_value': {
      const allowed = issue.values.map((value) => JSON.stringify(value)).join(', ');
      return issue.values.length === 1 ? `must be ${allowed}` : `must be one of ${allowed}`;
    }
    case 'invalid_format':
      return formats[issue.format];
    case 'too_small': {
      if (issue.origin === 'string' && issue.minimum === 1) return 'must not be empty';
      return limit('at least', 'more than', issue.inclusive, issue.minimum, counted[issue.origin]);
    }
    case 'too_big':
      return limit('at most', 'less than', issue.inclusive, issue.maximum, counted[issue.origin]);
    case 'unrecognized_keys':
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
    case 'not_multiple_of':
    case 'custom':
      return undefined;
  }
};

/** What to name an issue by: the path to it, and for members that nobody knows, theirs. */
export function shapeProblemAt(issue: z.core.$ZodIssue): { path: string; message: string } {
  const path = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys') return { path: path.join('.'), message: issue.message };
  return {
    path: issue.keys.map((key) => [...path, key].join('.')).join(', '),
    message: 'is not known here',
  };
}

function limit(
  inclusive: string,
  exclusive: string,
  isInclusive: boolean | undefined,
  bound: number | bigint,
  what: string | undefined,
): string {
  const least = `${isInclusive === false ? exclusive : inclusive} ${bound}`;
  if (what === undefined) return `must be ${least}`;
  return `must have ${least} ${what}${Number(bound) === 1 ? '' : 's'}`;
}
