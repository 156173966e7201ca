// Decides what a log line looks like where a job has no logger: one JSON object a line, through the console, which
// is where Lambda, Netlify and Workers take logs from. It never throws because of what it is given.
import { logFields } from './log-fields.ts';

type Write = (message: string, fields?: Record<string, unknown>) => void;

/** Writes `{"level","msg",…fields,"correlation_id"}` as one line. */
export const jsonConsole: { debug: Write; info: Write; warn: Write; error: Write } = {
  debug: (message, fields) => console.debug(jsonLine('debug', message, fields)),
  info: (message, fields) => console.info(jsonLine('info', message, fields)),
  warn: (message, fields) => console.warn(jsonLine('warn', message, fields)),
  error: (message, fields) => console.error(jsonLine('error', message, fields)),
};

function jsonLine(level: string, message: string, fields: Record<string, unknown> = {}): string {
  const fixed = { level, msg: message };
  try {
    return JSON.stringify({ ...fixed, ...fields, ...fixed, ...logFields() }, speakable);
  } catch (error) {
    // A circular value, a `toJSON` that throws: the line matters more than the field.
    return JSON.stringify({ ...fixed, fields_lost: String(error), ...logFields() });
  }
}

/** What JSON has no word for: an Error is told by name, message and stack, a bigint by its digits. */
function speakable(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (!(value instanceof Error)) return value;
  const { name, message, stack, cause } = value;
  return { name, message, stack, ...(cause !== undefined && { cause }) };
}
