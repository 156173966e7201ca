// Enforces what Cloudflare enforces and the local runtime does not, so that a test which is green here
// would be green there. Sources: developers.cloudflare.com/queues/platform/limits and
// /workers/platform/limits (simultaneous open connections), read in November 2026.

const messageBytes = 128_000;
const sendBatchMessages = 100;
const sendBatchBytes = 256_000;
/** The runtime adds some bytes of its own to each message. */
const metadataBytes = 100;
const connectionsWaitingForHeaders = 6;

export type SentMessage = { body: unknown; contentType: string; delaySeconds?: number };

/** A queue that refuses what Cloudflare would refuse, hands on the rest, and tells what went through. */
export function limitedQueue(queue: Queue, sent: SentMessage[]): Queue {
  return {
    metrics: () => queue.metrics(),
    async send(body, options) {
      check(body);
      const { contentType = 'json', delaySeconds } = options ?? {};
      sent.push({ body, contentType, ...(delaySeconds === undefined ? {} : { delaySeconds }) });
      return queue.send(body, options);
    },
    async sendBatch(messages, options) {
      const list = [...messages];
      if (list.length > sendBatchMessages) throw new Error('sendBatch takes 100 messages');
      const total = list.reduce((sum, message) => sum + check(message.body), 0);
      if (total > sendBatchBytes) throw new Error(`sendBatch of ${total} bytes: 256 KB at most`);
      for (const { body, contentType } of list) {
        sent.push({ body, contentType: contentType ?? 'json' });
      }
      return queue.sendBatch(list, options);
    },
  };
}

/** Counts the connections of one invocation that wait for headers; a seventh is an error here. */
export function limitedFetch(inner: typeof fetch): typeof fetch {
  let waiting = 0;
  return async (input, init) => {
    if (waiting >= connectionsWaitingForHeaders) {
      throw new Error('A seventh connection would wait for headers in one invocation');
    }
    waiting += 1;
    try {
      return await inner(input, init);
    } finally {
      waiting -= 1;
    }
  };
}

function check(body: unknown): number {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const bytes = new TextEncoder().encode(text).length + metadataBytes;
  if (bytes > messageBytes) throw new Error(`Queue message of ${bytes} bytes: 128 KB at most`);
  return bytes;
}
