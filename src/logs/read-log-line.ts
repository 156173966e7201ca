// Makes one line presentable: its level, its message and its fields, whether it is JSON or plain text.
import { stripAnsi } from './ansi.ts';
import type { IdPlace, LogLevel, LogLine } from './log-source.ts';

const messageKeys = ['message', 'msg'];
const levelKeys = ['level', 'severity', 'lvl', 'severity_text', 'detected_level'];

const levels: Record<string, LogLevel> = {
  fatal: 'error',
  panic: 'error',
  emerg: 'error',
  emergency: 'error',
  alert: 'error',
  critical: 'error',
  crit: 'error',
  error: 'error',
  err: 'error',
  warning: 'warn',
  warn: 'warn',
  notice: 'info',
  information: 'info',
  info: 'info',
  debug: 'debug',
  verbose: 'debug',
  trace: 'debug',
};

export type RawLine = {
  id: string;
  timestampNs: string;
  line: string;
  /** The stream's labels and the entry's structured metadata, or the columns beside the line. */
  labels: Record<string, string>;
};

/**
 * @param asked the IDs that the line was found by, for lines that carry theirs only in their text
 */
export function readLogLine(raw: RawLine, place: IdPlace, asked: ReadonlySet<string>): LogLine {
  const line = stripAnsi(raw.line);
  const parsed = jsonObject(line);
  const members = parsed && textMembers(parsed);
  const messageKey = messageKeys.find((key) => members?.[key] !== undefined);
  const fields = { ...raw.labels, ...members };
  const message = (messageKey === undefined ? undefined : members?.[messageKey]) ?? line;
  // What the line says of its own level is nearer the truth than what the collector made of it.
  const level =
    levelOf(members) ?? levelOf(raw.labels) ?? (members ? null : levelInText(line)) ?? 'unknown';
  if (messageKey !== undefined) delete fields[messageKey];
  return {
    id: raw.id,
    timestampNs: raw.timestampNs,
    level,
    message: stripAnsi(message),
    fields,
    correlationId:
      raw.labels[place.name] ??
      memberAt(parsed, place.name) ??
      raw.labels['throughline_id'] ??
      idIn(line, asked),
  };
}

/** A JSON object; null where the line is anything else. */
function jsonObject(line: string): object | null {
  if (!line.trimStart().startsWith('{')) return null;
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' ? parsed : null;
  } catch {
    // A line that only begins like JSON is text, which is no fault.
    return null;
  }
}

function textMembers(object: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(object).map(([key, member]) => [
      key,
      typeof member === 'string' ? member : JSON.stringify(member),
    ]),
  );
}

/** The text at `a.b`, or at a member that is itself called so. */
function memberAt(object: object | null, path: string): string | undefined {
  if (!object) return undefined;
  const own: unknown = Reflect.get(object, path);
  if (typeof own === 'string') return own;
  let at: unknown = object;
  for (const part of path.split('.')) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = Reflect.get(at, part);
  }
  return typeof at === 'string' ? at : undefined;
}

function idIn(line: string, asked: ReadonlySet<string>): string | null {
  for (const id of asked) if (line.includes(id)) return id;
  return null;
}

function levelOf(fields: Record<string, string> | null): LogLevel | null {
  for (const key of levelKeys) {
    const value = fields?.[key]?.trim().toLowerCase();
    if (!value) continue;
    const named = Object.hasOwn(levels, value) ? levels[value] : undefined;
    const known = named ?? levelOfNumber(Number(value));
    if (known) return known;
  }
  return null;
}

/** pino's and bunyan's numbers: 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal. */
function levelOfNumber(value: number): LogLevel | null {
  if (!Number.isInteger(value) || value < 10 || value > 60) return null;
  if (value >= 50) return 'error';
  if (value >= 40) return 'warn';
  return value >= 30 ? 'info' : 'debug';
}

/** `level=error` anywhere, or a word in capitals or brackets near the beginning: "2026-11-24 12:00:01 ERROR it broke". */
const namedLevel = /\b(?:level|lvl|severity)=["']?([a-z]+)/i;
const earlyLevel =
  /^.{0,60}?(?:\b(FATAL|PANIC|CRITICAL|ERROR|ERR|WARNING|WARN|NOTICE|INFO|DEBUG|TRACE)\b|[[<(]\s*(fatal|panic|critical|error|err|warning|warn|notice|info|debug|trace)\s*[\]>)])/;

function levelInText(line: string): LogLevel | null {
  const word = namedLevel.exec(line)?.[1] ?? earlyLevel.exec(line)?.slice(1).find(Boolean);
  const key = word?.toLowerCase() ?? '';
  return Object.hasOwn(levels, key) ? (levels[key] ?? null) : null;
}
