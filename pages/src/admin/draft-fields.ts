// Reads the fields of a form: numbers out of texts, and lists without their empty lines. Pure.

export type FieldErrors = ReadonlyMap<string, string>;

/** Readers that note under a field's name what cannot be read of it. */
export function readers(errors: Map<string, string>) {
  const number = (field: string, text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value)) errors.set(field, 'must be a number');
    return value;
  };
  return {
    number,
    /** Null where nothing stands. */
    optional: (field: string, text: string): number | null =>
      text.trim() === '' ? null : number(field, text),
  };
}

export function filled(lines: readonly string[]): string[] {
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

export function textOf(value: number | null): string {
  return value === null ? '' : String(value);
}
