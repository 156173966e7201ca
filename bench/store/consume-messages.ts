// Hands messages to the consumer as the queue does, one batch after the other.
import { consumeRecords } from '../../src/recorder/consume.ts';
import type { Connect } from '../../src/store/client.ts';

/** As wrangler.toml has it. */
const mostMessages = 50;

/** @throws where the consumer reports anything, or asks for a message again */
export async function consumeMessages(
  connect: Connect,
  messages: readonly string[],
): Promise<void> {
  for (let next = 0; next < messages.length; next += mostMessages) {
    const troubles: string[] = [];
    let acked = 0;
    const batch = messages.slice(next, next + mostMessages).map((body, index) => ({
      id: `message-${index}`,
      body,
      attempts: 1,
      ack: () => {
        acked += 1;
      },
      retry: () => {
        troubles.push('asked for again');
      },
    }));
    await consumeRecords(
      { queue: 'throughline-records', messages: batch },
      {
        connect,
        now: () => Date.now(),
        report: (message, facts) => {
          // Chance can have a trigger fire itself along one path: a loop, as it should be told.
          if (!message.startsWith('A trigger fires'))
            troubles.push(`${message} ${JSON.stringify(facts)}`);
        },
      },
    );
    if (troubles.length > 0 || acked !== batch.length) {
      throw new Error(
        `The consumer did not store a batch: ${troubles.slice(0, 1).concat(troubles.slice(-1)).join('; ')}`,
      );
    }
  }
}
