// Which field of a form an error of the API belongs to. Pure.
import { Problem } from '../api/http.ts';

/** Of the whole: what belongs to no field. */
export const wholeForm = '';

/**
 * The messages of a problem by field: `destinations.0`, `rollout.percent`, `name`.
 * @param prefix where the form's part stands in the whole document: `routes.orders`
 * @param fields the form's own; the deepest that an error's path begins with has it, and what fits none is under ''
 */
export function fieldErrors(
  error: unknown,
  { prefix, fields }: { prefix: string; fields: readonly string[] },
): Map<string, string> {
  const messages = new Map<string, string>();
  const add = (field: string, message: string): void => {
    const known = messages.get(field);
    messages.set(field, known === undefined ? message : `${known}; ${message}`);
  };
  if (!(error instanceof Problem)) {
    add(wholeForm, error instanceof Error ? error.message : String(error));
    return messages;
  }
  if (error.errors.length === 0) {
    add(wholeForm, error.detail === '' ? error.message : error.detail);
    return messages;
  }
  for (const { name, message } of error.errors) {
    const path = name.startsWith(`${prefix}.`) ? name.slice(prefix.length + 1) : name;
    const field = fieldAt(path, fields);
    if (field === null) add(wholeForm, `${path}: ${message}`);
    else add(lineOf(path, field) ?? field, message);
  }
  return messages;
}

function fieldAt(path: string, fields: readonly string[]): string | null {
  const fitting = fields.filter((field) => path === field || path.startsWith(`${field}.`));
  return fitting.toSorted((a, b) => b.length - a.length)[0] ?? null;
}

/** `destinations.0` of `destinations.0` and of `destinations.0.url`; null where no line is named. */
function lineOf(path: string, field: string): string | null {
  const line = /^\.(\d+)(?:\.|$)/.exec(path.slice(field.length))?.[1];
  return line === undefined ? null : `${field}.${line}`;
}
