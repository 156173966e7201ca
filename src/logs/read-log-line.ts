// Makes one line presentable: its level, its message and its fields, whether it is JSON or plain text.
import type { LogLine } from './log-source.ts';

const messageKeys = ['message', 'msg'];
const levelKeys = ['level', 'severity', 'lvl', 'severity_text', 'detected_level'];

const levels: Record<string, LogLine['level']> = {
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

/**
 * @param labels the stream's labels and the entry's structured metadata
 */
export function readLogLine(
  timestampNs: string,
  line: string,
  labels: Record<string, string>,
): LogLine {
  const members = jsonMembers(line);
  const messageKey = messageKeys.find((key) => members?.[key] !== undefined);
  const fields = { ...labels, ...members };
  // What the line says of its own level is nearer the truth than what the collector made of it.
  const level = levelOf(members) ?? levelOf(labels) ?? 'unknown';
  if (messageKey !== undefined) delete fields[messageKey];
  return {
    timestampNs,
    level,
    message: (messageKey === undefined ? undefined : members?.[messageKey]) ?? line,
    fields,
    correlationId: labels['correlation_id'] ?? members?.['correlation_id'] ?? null,
  };
}

/** The members of a JSON object, each as text; null where the line is anything else. */
function jsonMembers(line: string): Record<string, string> | null {
  if (!line.trimStart().startsWith('{')) return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    // A line that only begins like JSON is text, which is no fault.
    return null;
  }
  if (parsed === null || typeof parsed !== 'object') return null;
  return Object.fromEntries(
    Object.entries(parsed).map(([key, member]) => [
      key,
      typeof member === 'string' ? member : JSON.stringify(member),
    ]),
  );
}

function levelOf(fields: Record<string, string> | null): LogLine['level'] | null {
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
function levelOfNumber(value: number): LogLine['level'] | null {
  if (!Number.isInteger(value) || value < 10 || value > 60) return null;
  if (value >= 50) return 'error';
  if (value >= 40) return 'warn';
  return value >= 30 ? 'info' : 'debug';
}
