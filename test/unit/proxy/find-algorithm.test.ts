import { describe, expect, test } from 'vitest';
import { algorithmNames, findAlgorithm } from '../../../src/proxy/algorithms/index.ts';

describe('an algorithm’s name', () => {
  test.each(algorithmNames)('%s is found whatever its case, with _, - or neither', (name) => {
    const spellings = [
      name,
      name.toUpperCase(),
      name.replaceAll('-', '_'),
      name.replaceAll('-', ''),
    ];
    for (const spelling of spellings) expect(findAlgorithm(spelling)?.name).toBe(name);
  });

  test.each(['', 'pass', 'pass through', 'random', '__proto__'])('"%s" is none', (name) => {
    expect(findAlgorithm(name)).toBeNull();
  });
});
