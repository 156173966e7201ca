// How long a message waits after a failure that is not its own.

const firstDelaySeconds = 2;
const longestDelaySeconds = 3_600;

/**
 * Doubles from two seconds up to an hour. A queue allows 12 h
 * (developers.cloudflare.com/queues/configuration/batching-retries/#delay-messages).
 * @param attempts how often the message has been delivered to a consumer, this time included
 */
export function retryDelaySeconds(attempts: number): number {
  const doublings = Math.min(Math.max(attempts, 1) - 1, 16);
  return Math.min(firstDelaySeconds * 2 ** doublings, longestDelaySeconds);
}
