// What the key sheet says: keys and what they do, of single pages and of all. Pure.
import { places } from '../frame/places.ts';

/** Keys that do the same or the opposite, and what. */
export type KeyLine = readonly [names: readonly string[], text: string];

/** Keys pressed together. */
const findKeys = ['Ctrl', 'K'];

export const everywhereKeys: readonly KeyLine[] = [
  [findKeys, 'find anything: IDs, rows, people, jobs, pages, actions'],
  ...places.map(({ letter, label }): KeyLine => [['g', letter], label]),
  [['?'], 'this sheet'],
];

export const listKeys: readonly KeyLine[] = [
  [['/'], 'search'],
  [['j', 'k'], 'next, previous row'],
  [['Enter'], 'open it'],
];

export const deadLetterKeys: readonly KeyLine[] = [
  [['/'], 'search'],
  [['j', 'k'], 'next, previous letter'],
  [['x'], 'tick it, or take the tick away'],
  [['Enter'], 'look into it, or fold it again'],
];

export const cascadeKeys: readonly KeyLine[] = [
  [['1', '2', '3', '4'], 'Sequence, Graph, Waterfall, List'],
  [['↑', '↓'], 'before, after'],
  [['←', '→'], 'cause, first effect'],
  [['[', ']'], 'previous, next effect of the same cause'],
  [['Space'], 'fold or open'],
  [['Enter'], 'into the panel'],
  [['Esc'], 'back to the diagram, then end the selection'],
  [['e', 'E'], 'next, previous problem'],
  [['p'], 'only the path of the selection'],
  [['/'], 'find inside'],
  [['n', 'N'], 'next, previous hit'],
  [['f'], 'fit'],
];
