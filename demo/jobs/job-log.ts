// A job's logger: JSON lines, with the correlation ID of the work that writes them in line and metadata.
import { currentCorrelationId } from '../../job/src/index.ts';
import type { LogPush } from './log-push.ts';

export type JobLog = {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
};

/** @param about.onLine gets each line as it is pushed */
export function openJobLog(about: {
  job: string;
  eventId: string;
  push: LogPush;
  onLine: (line: string) => void;
}): JobLog {
  const { job, eventId, push, onLine } = about;
  const write =
    (level: 'info' | 'warn' | 'error') =>
    (message: string, fields: Record<string, unknown> = {}): void => {
      const correlationId = currentCorrelationId();
      const line = JSON.stringify({
        level,
        msg: message,
        job,
        event_id: eventId,
        ...(correlationId !== null && { correlation_id: correlationId }),
        ...fields,
      });
      push.add({
        labels: { service_name: job, level, env: 'demo' },
        line,
        metadata: correlationId === null ? {} : { correlation_id: correlationId },
      });
      onLine(line);
    };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}
