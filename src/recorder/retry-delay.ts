// How long a message waits after a failure that is not its own.

const firstDelaySeconds = 2;
const longestDelaySeconds = 3_600;

/** The dead-letter queue has this ending, and a pause of its own in wrangler.toml. */
const deadLetterEnding = '-dead';

/**
 * Doubles from two seconds up to an hour. A queue allows 12 h
 * (developers.cloudflare.com/queues/configuration/batching-retries/#delay-messages).
 * @param attempts how often the message has been delivered to a consumer, this time included
 */
export function retryDelaySeconds(attempts: number): number {
  const doublings = Math.min(Math.max(attempts, 1) - 1, 16);
  return Math.min(firstDelaySeconds * 2 ** doublings, longestDelaySeconds);
}

/**
 * What to ask of a message's queue. A dead-letter queue's messages keep the pause that the queue is
 * configured with, so that its retries last as long as its retention.
 */
export function retryOptions(queue: string, attempts: number): { delaySeconds?: number } {
  return queue.endsWith(deadLetterEnding) ? {} : { delaySeconds: retryDelaySeconds(attempts) };
}
