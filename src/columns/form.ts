// The form in which alike objects are written column by column. Only shapes: pack.ts and unpack.ts say how.

/** A JSON value. Strings inside of columns are in `texts`. */
export type Packed = { texts: readonly string[]; value: PackedValue };

/** A primitive as it is; a list; an object by its members; a list of alike objects. */
export type PackedValue =
  | Primitive
  | { l: readonly PackedValue[] }
  | { o: readonly (readonly [string, PackedValue])[] }
  | { r: PackedRows };

/** `n` objects, by their members. Where not all have a member, the distances between those that do, from −1 on. */
export type PackedRows = {
  n: number;
  c: readonly (readonly [string, Column] | readonly [string, Column, readonly number[]])[];
};

export type Column =
  /** The same everywhere. */
  | { s: Primitive }
  | { n: readonly number[] }
  /** RFC 3339 in UTC with six digits, as µs since 1970, each less the one before. */
  | { t: readonly number[] }
  /** Texts: 0 is the next one of `texts` that nothing has named yet, n the nth. */
  | { x: readonly number[] }
  | { r: PackedRows }
  /** Lists: how long each is, and their items one after another. */
  | { a: readonly number[]; c: Column }
  /** `of` values, null but for those at these distances. */
  | { w: readonly number[]; of: number; c: Column }
  | { v: readonly PackedValue[] };

export type Primitive = string | number | boolean | null;
