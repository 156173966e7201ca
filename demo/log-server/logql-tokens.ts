// Cuts a LogQL query into tokens with their columns. Pure; it knows no grammar.

export type Token = {
  kind: 'identifier' | 'string' | 'number' | 'operator' | 'end';
  text: string;
  /** For strings the value, else the text. */
  value: string;
  /** From 1. */
  column: number;
};

/** Loki's wording (pkg/logqlmodel/error.go). All queries here are of one line. */
export class LogqlError extends Error {
  constructor(message: string, column: number | null) {
    super(
      column === null
        ? `parse error : ${message}`
        : `parse error at line 1, col ${column}: ${message}`,
    );
  }
}

const operators = [
  '|=',
  '|~',
  '!=',
  '!~',
  '=~',
  '>=',
  '<=',
  '==',
  '|',
  '{',
  '}',
  '=',
  ',',
  '(',
  ')',
  '>',
  '<',
  '[',
  ']',
  '-',
  '+',
  '*',
  '/',
];
const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\' };

/** @throws LogqlError on an unterminated string or a character outside of LogQL */
export function tokenize(query: string): Token[] {
  const tokens: Token[] = [];
  let index = 0;
  while (index < query.length) {
    const rest = query.slice(index);
    const column = index + 1;
    const space = /^\s+/.exec(rest)?.[0];
    if (space !== undefined) {
      index += space.length;
      continue;
    }
    const word = /^[a-zA-Z_][a-zA-Z0-9_]*/.exec(rest)?.[0];
    const number = /^\d+(\.\d+)?[a-zA-Zµ]*/.exec(rest)?.[0];
    const operator = operators.find((text) => rest.startsWith(text));
    if (word !== undefined) tokens.push({ kind: 'identifier', text: word, value: word, column });
    else if (number !== undefined)
      tokens.push({ kind: 'number', text: number, value: number, column });
    else if (rest.startsWith('"') || rest.startsWith('`')) tokens.push(stringToken(rest, column));
    else if (operator !== undefined)
      tokens.push({ kind: 'operator', text: operator, value: operator, column });
    else
      throw new LogqlError(`syntax error: unexpected character ${JSON.stringify(rest[0])}`, column);
    index += tokens.at(-1)?.text.length ?? 0;
  }
  tokens.push({ kind: 'end', text: '$end', value: '', column: query.length + 1 });
  return tokens;
}

/** Go's strings: `"` with escapes, or backquotes without. */
function stringToken(rest: string, column: number): Token {
  if (rest.startsWith('`')) {
    const end = rest.indexOf('`', 1);
    if (end < 0) throw new LogqlError('literal not terminated', column);
    const text = rest.slice(0, end + 1);
    return { kind: 'string', text, value: text.slice(1, -1), column };
  }
  let value = '';
  for (let at = 1; at < rest.length; at += 1) {
    const character = rest[at] ?? '';
    if (character === '"') {
      return { kind: 'string', text: rest.slice(0, at + 1), value, column };
    }
    if (character === '\n') break;
    if (character !== '\\') {
      value += character;
      continue;
    }
    const hex = /^\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))/.exec(rest.slice(at));
    const escape = escapes[rest[at + 1] ?? ''];
    if (hex) {
      value += String.fromCharCode(Number.parseInt(hex[1] ?? hex[2] ?? '0', 16));
      at += hex[0].length - 1;
    } else if (escape !== undefined) {
      value += escape;
      at += 1;
    } else {
      throw new LogqlError('invalid char escape', column + at);
    }
  }
  throw new LogqlError('literal not terminated', column);
}
