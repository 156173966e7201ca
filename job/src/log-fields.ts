// Decides how `correlation_id` gets onto the lines of loggers that others wrote. It never writes a line.
import { currentCorrelationId } from './current.ts';

/** The field that Throughline looks for in logs; absent where there is no ID. */
export type LogFields = { correlation_id?: string };

/** The fields of a log line written now; a new object each time. */
export function logFields(): LogFields {
  const id = currentCorrelationId();
  return id === null ? {} : { correlation_id: id };
}

/** `pino({ mixin: pinoMixin })`. pino calls it for each line, at the time of the call. */
export function pinoMixin(): LogFields {
  return logFields();
}

/**
 * `createLogger({ defaultMeta: winstonMeta({ service: 'orders' }), … })`.
 *
 * Not a format: winston's logger is a stream, and runs its formats on lines that had to wait for a slow transport in
 * the middle of another request. `defaultMeta` is copied when the line is written, which reads the getter.
 *
 * @param meta What else goes onto every line.
 */
export function winstonMeta<Meta extends object>(meta?: Meta): Meta & Required<LogFields> {
  return Object.defineProperty(Object.assign({ correlation_id: '' }, meta), 'correlation_id', {
    enumerable: true,
    // Not there, for every way of writing a line that there is: undefined.
    get: () => currentCorrelationId() ?? undefined,
  });
}
