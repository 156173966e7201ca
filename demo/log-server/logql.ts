// Parses the part of LogQL that this stand-in knows: one stream selector and a pipeline of line filters, `json` and
// label filters. Everything else is refused by name, never guessed at. Pure.
import { LogqlError, tokenize } from './logql-tokens.ts';
import type { Token } from './logql-tokens.ts';

type MatchOperator = '=' | '!=' | '=~' | '!~';
export type Matcher = { label: string; operator: MatchOperator; test: (value: string) => boolean };

export type LabelFilter =
  | { kind: 'matcher'; matcher: Matcher }
  | { kind: 'and' | 'or'; left: LabelFilter; right: LabelFilter };

type Stage =
  | { kind: 'line'; test: (line: string) => boolean }
  /** All members, or those that are named: label → path. */
  | { kind: 'json'; extract: ReadonlyMap<string, string> | null }
  | { kind: 'labels'; filter: LabelFilter };

export type LogQuery = { selector: Matcher[]; stages: Stage[] };

/**
 * @throws LogqlError with Loki's own text where Loki would refuse the query too, else naming what this stand-in lacks
 */
export function parseLogql(query: string): LogQuery {
  const tokens = tokenize(query);
  const reader = new Reader(tokens);
  const first = reader.peek();
  if (first.text !== '{') {
    if (first.kind === 'identifier' && tokens[1]?.text === '(')
      unsupported('metric queries', first);
    throw unexpected(first);
  }
  const selector = parseSelector(reader);
  const stages: Stage[] = [];
  while (reader.peek().kind !== 'end') stages.push(parseStage(reader));
  return { selector, stages };
}

class Reader {
  #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  peek(): Token {
    const token = this.#tokens[this.#at];
    if (!token) throw new LogqlError('syntax error: unexpected $end', null);
    return token;
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.#at += 1;
    return token;
  }

  take(text: string, expecting = text): Token {
    const token = this.next();
    if (token.text !== text) throw unexpected(token, expecting);
    return token;
  }
}

function parseSelector(reader: Reader): Matcher[] {
  reader.take('{');
  const matchers: Matcher[] = [];
  while (reader.peek().text !== '}') {
    if (matchers.length > 0) reader.take(',', '} or ,');
    matchers.push(parseMatcher(reader));
  }
  reader.take('}');
  // Loki refuses a selector that could match every stream.
  if (
    !matchers.some(({ operator, test }) => (operator === '=' || operator === '=~') && !test(''))
  ) {
    throw new LogqlError(
      'queries require at least one regexp or equality matcher that does not have an empty-compatible value. ' +
        'For instance, app=~".*" does not meet this requirement, but app=~".+" will',
      null,
    );
  }
  return matchers;
}

function parseMatcher(reader: Reader): Matcher {
  const name = reader.next();
  if (name.kind !== 'identifier') throw unexpected(name, 'IDENTIFIER');
  const operator = reader.next();
  if (!isMatchOperator(operator.text)) {
    if (['>', '<', '>=', '<=', '=='].includes(operator.text)) {
      unsupported(`numeric label filters (${operator.text})`, operator);
    }
    throw unexpected(operator, '=, !=, =~ or !~');
  }
  const value = reader.next();
  if (value.kind === 'number') unsupported('numeric label filters', value);
  if (value.kind !== 'string') throw unexpected(value, 'STRING');
  return {
    label: name.value,
    operator: operator.text,
    test: valueTest(operator.text, value),
  };
}

function parseStage(reader: Reader): Stage {
  const token = reader.next();
  switch (token.text) {
    case '|=':
    case '!=':
    case '|~':
    case '!~':
      return parseLineFilter(reader, token);
    case '|':
      break;
    default:
      throw unexpected(token);
  }
  const word = reader.peek();
  if (word.text === 'json') {
    reader.next();
    return { kind: 'json', extract: parseExtraction(reader) };
  }
  const stage = [
    'logfmt',
    'pattern',
    'regexp',
    'unpack',
    'line_format',
    'label_format',
    'unwrap',
    'decolorize',
    'drop',
    'keep',
    'distinct',
  ];
  if (stage.includes(word.text)) unsupported(`the stage "${word.text}"`, word);
  return { kind: 'labels', filter: parseOr(reader) };
}

function parseLineFilter(reader: Reader, operator: Token): Stage {
  const value = reader.next();
  if (value.text === 'ip') unsupported('line filters by address', value);
  if (value.kind !== 'string') throw unexpected(value, 'STRING or ip');
  if (reader.peek().text === 'or') unsupported('"or" in line filters', reader.peek());
  if (operator.text === '|~' || operator.text === '!~') {
    // Not anchored, other than in label matchers.
    const expression = regexp(value.value, value);
    const wanted = operator.text === '|~';
    return { kind: 'line', test: (line) => expression.test(line) === wanted };
  }
  const wanted = operator.text === '|=';
  return { kind: 'line', test: (line) => line.includes(value.value) === wanted };
}

/** `json a="b.c", d="e"`: paths of plain names only. */
function parseExtraction(reader: Reader): ReadonlyMap<string, string> | null {
  if (reader.peek().kind !== 'identifier') return null;
  const extract = new Map<string, string>();
  do {
    if (extract.size > 0) reader.take(',');
    const label = reader.next();
    if (label.kind !== 'identifier') throw unexpected(label, 'IDENTIFIER');
    reader.take('=');
    const path = reader.next();
    if (path.kind !== 'string') throw unexpected(path, 'STRING');
    if (!/^[\w@-]+(\.[\w@-]+)*$/.test(path.value)) unsupported(`the path ${path.text}`, path);
    extract.set(label.value, path.value);
  } while (reader.peek().text === ',');
  return extract;
}

function regexp(source: string, token: Token): RegExp {
  try {
    return new RegExp(source, 's');
  } catch (error) {
    throw new LogqlError(`error parsing regexp: ${String(error)}`, token.column);
  }
}

function parseOr(reader: Reader): LabelFilter {
  let left = parseAnd(reader);
  while (reader.peek().text === 'or') {
    reader.next();
    left = { kind: 'or', left, right: parseAnd(reader) };
  }
  return left;
}

/** `and`, a comma and a mere space mean the same. */
function parseAnd(reader: Reader): LabelFilter {
  let left = parseUnit(reader);
  for (;;) {
    const { text, kind } = reader.peek();
    if (text === 'and' || text === ',') reader.next();
    else if (text !== '(' && (kind !== 'identifier' || text === 'or')) return left;
    left = { kind: 'and', left, right: parseUnit(reader) };
  }
}

function parseUnit(reader: Reader): LabelFilter {
  if (reader.peek().text !== '(') return { kind: 'matcher', matcher: parseMatcher(reader) };
  reader.next();
  const filter = parseOr(reader);
  reader.take(')');
  return filter;
}

function isMatchOperator(text: string): text is MatchOperator {
  return text === '=' || text === '!=' || text === '=~' || text === '!~';
}

/** Regular expressions match the whole value, as in Loki; its RE2 syntax is taken as JavaScript's. */
function valueTest(operator: MatchOperator, token: Token): (value: string) => boolean {
  if (operator === '=') return (value) => value === token.value;
  if (operator === '!=') return (value) => value !== token.value;
  const expression = regexp(`^(?:${token.value})$`, token);
  return (value) => expression.test(value) === (operator === '=~');
}

function unexpected(token: Token, expecting?: string): LogqlError {
  const names = { identifier: 'IDENTIFIER', string: 'STRING', number: 'NUMBER' };
  const name = token.kind === 'operator' || token.kind === 'end' ? token.text : names[token.kind];
  return new LogqlError(
    `syntax error: unexpected ${name}${expecting === undefined ? '' : `, expecting ${expecting}`}`,
    token.column,
  );
}

function unsupported(what: string, token: Token): never {
  throw new LogqlError(`${what} are unsupported by this stand-in for Loki`, token.column);
}
