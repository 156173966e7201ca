// The other half of pack.ts: the value, as it was. Pure; runs in the browser.
import type { Column, Packed, PackedRows, PackedValue } from './form.ts';
import { TimeWriter } from './micros.ts';

/** @throws Error where it is not as `pack` writes it */
export function unpack({ texts, value }: Packed): unknown {
  return unpackValue(value, new Reader(texts));
}

/** Gives texts in the order in which `pack` has met them. */
class Reader {
  readonly #times = new TimeWriter();
  #next = 0;
  readonly #texts: readonly string[];
  constructor(texts: readonly string[]) {
    this.#texts = texts;
  }

  texts(places: readonly number[]): string[] {
    const texts = this.#texts;
    let next = this.#next;
    const read = places.map((place) => {
      const text = texts[place === 0 ? next++ : place - 1];
      if (text === undefined) throw new Error(`There is no text ${place}.`);
      return text;
    });
    this.#next = next;
    return read;
  }

  times(differences: readonly number[]): string[] {
    let micros = 0;
    return differences.map((difference) => this.#times.textOf((micros += difference)));
  }
}

function unpackValue(value: PackedValue, reader: Reader): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('r' in value) return unpackRows(value.r, reader);
  if ('l' in value) return value.l.map((item) => unpackValue(item, reader));
  const object: Row = {};
  for (const [name, member] of value.o) set(object, name, unpackValue(member, reader));
  return object;
}

function unpackRows({ n, c }: PackedRows, reader: Reader): Row[] {
  const rows = Array.from({ length: n }, (): Row => ({}));
  for (const [name, column, gaps] of c) {
    const values = unpackColumn(column, gaps === undefined ? n : gaps.length, reader);
    let at = -1;
    for (let index = 0; index < values.length; index++) {
      at = gaps === undefined ? index : at + (gaps[index] ?? 0);
      const row = rows[at];
      if (row) set(row, name, values[index]);
    }
  }
  return rows;
}

function unpackColumn(column: Column, count: number, reader: Reader): unknown[] {
  if ('s' in column) return Array<unknown>(count).fill(column.s);
  if ('n' in column) return column.n.slice();
  if ('t' in column) return reader.times(column.t);
  if ('x' in column) return reader.texts(column.x);
  if ('r' in column) return unpackRows(column.r, reader);
  if ('a' in column) {
    const total = column.a.reduce((sum, length) => sum + length, 0);
    const items = unpackColumn(column.c, total, reader);
    let from = 0;
    return column.a.map((length) => items.slice(from, (from += length)));
  }
  if ('w' in column) {
    const values = Array<unknown>(column.of).fill(null);
    const there = unpackColumn(column.c, column.w.length, reader);
    let at = -1;
    column.w.forEach((gap, index) => (values[(at += gap)] = there[index]));
    return values;
  }
  return column.v.map((value) => unpackValue(value, reader));
}

type Row = Record<string, unknown>;

/** A member of any name, `__proto__` too. */
function set(row: Row, name: string, value: unknown): void {
  if (name !== '__proto__') row[name] = value;
  else
    Object.defineProperty(row, name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
}
