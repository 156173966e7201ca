// Values that somebody may have written into `updated_by`, however odd; drawn by fast-check.
import fc from 'fast-check';

export const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 320 }),
  fc.string({ unit: fc.constantFrom('.', '-', '@', 'a', 'Z', '0', 'f', ' ', '\0'), maxLength: 80 }),
);

/** A uuid of any version, its own included. */
export const uuid = fc.uuid({ version: [1, 3, 4, 5, 7, 8] });

/** Old values, near misses of IDs and of "system", bare ids, e-mails, and anything else. */
export const oddActor = fc.oneof(
  anyText,
  fc.tuple(anyText, uuid).map(([name, id]) => `${name}.${id}`),
  fc.constantFrom('system', 'SYSTEM', '', ' ', 'a@b@c', '42'),
);

const blank = fc.constantFrom(
  '',
  ' ',
  '\t',
  '\n',
  '\r\n',
  '\v',
  '\f',
  '\u00a0',
  '\u2003',
  '\ufeff',
);
const letters = fc.string({
  unit: fc.constantFrom('a', 'Z', '_', '-', '7', 'é', 'K', 'ſ', 'İ', '📦', ' ', '\n', "'", '\\'),
  maxLength: 70,
});
const spelledUuid = fc
  .tuple(uuid, fc.boolean(), fc.constantFrom('', '0', '-', 'g', '}'))
  .map(([id, upper, more]) => (upper ? id.toUpperCase() : id) + more);

/** Near the edges of what an ID or a generic actor is, where two implementations would differ first. */
export const nearMiss = fc.oneof(
  fc
    .tuple(
      blank,
      fc.array(letters, { maxLength: 4 }),
      fc.constantFrom('.', '..', ':', '@'),
      spelledUuid,
      blank,
    )
    .map(([before, names, dot, id, after]) => before + [...names, id].join(dot) + after),
  fc
    .tuple(blank, fc.mixedCase(fc.constant('system')), fc.constantFrom('', 's', '.', '\0'), blank)
    .map((parts) => parts.join('')),
);
