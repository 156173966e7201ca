// The one mapping from states to what people see: a tone (colour and glyph shape) and a word. Pure.
import type { AttemptView, DeliveryView, TraceSummary } from '../../../src/api/views.ts';

export type Tone = 'ok' | 'fail' | 'retry' | 'run' | 'wait';

export interface Outcome {
  tone: Tone;
  word: string;
}

/** Of one delivery. A delivery that needed more than one attempt never looks like one that did not. */
export function deliveryOutcome(delivery: Pick<DeliveryView, 'state' | 'attempts'>): Outcome {
  const attempts = delivery.attempts.length;
  switch (delivery.state) {
    case 'running':
      return { tone: 'run', word: 'Running' };
    case 'waiting':
      return { tone: 'retry', word: 'Waiting to retry' };
    case 'failed':
      return { tone: 'fail', word: 'Failed' };
    case 'dead':
      return { tone: 'fail', word: 'Dead letter' };
    case 'delivered':
      return attempts > 1
        ? { tone: 'retry', word: `Delivered, attempt ${attempts}` }
        : { tone: 'ok', word: 'Delivered' };
  }
}

/** Of one attempt, with the status that came. */
export function attemptOutcome(attempt: Pick<AttemptView, 'outcome' | 'status'>): Outcome {
  switch (attempt.outcome) {
    case 'running':
      return { tone: 'run', word: 'running' };
    case 'delivered':
      return { tone: 'ok', word: String(attempt.status ?? 'delivered') };
    case 'failed':
      return { tone: 'fail', word: String(attempt.status ?? 'failed') };
    case 'unreachable':
      return { tone: 'fail', word: 'unreachable' };
    case 'timed_out':
      return { tone: 'fail', word: 'timed out' };
    case 'cancelled':
      return { tone: 'wait', word: 'cancelled' };
  }
}

/** Of a whole cascade. */
export function traceOutcome(trace: TraceSummary): Outcome {
  if (trace.failed > 0) return { tone: 'fail', word: `${trace.failed} failed` };
  switch (trace.state) {
    case 'failed':
      return { tone: 'fail', word: 'Failed' };
    case 'running':
      return { tone: 'run', word: 'Running' };
    case 'waiting':
      return { tone: 'retry', word: 'Waiting' };
    case 'delivered': {
      const retries = trace.attempts - trace.deliveries;
      if (retries <= 0) return { tone: 'ok', word: 'Done' };
      return { tone: 'retry', word: retries === 1 ? '1 retry' : `${retries} retries` };
    }
  }
}
