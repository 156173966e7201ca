// Sends an event as Hasura does: again after everything but a whole 2xx, as long as it has retries, and never
// sooner than `Retry-After` asks. Optionally it goes away in the middle of its first try.
import { type ClientRequest, type IncomingMessage, request } from 'node:http';

/**
 * What one try saw: the status of a whole answer, `broken` where the connection or the answer broke off,
 * `left` where the sender itself went away.
 */
export type Seen = number | 'broken' | 'left';

export type Leaving = 'while sending' | 'while waiting' | 'while reading';

export type Tried = { seen: Seen; retryAfterSeconds: number | null };

const bytesReadBeforeLeaving = 5;

/**
 * One request.
 * @param options.leaves the sender goes away; `while waiting` it does so when `leaveNow()` settles
 */
export async function tryOnce(options: {
  url: string;
  headers: Record<string, string>;
  body: string;
  leaves?: Leaving | undefined;
  leaveNow?: () => Promise<void>;
}): Promise<Tried> {
  const { body, leaves } = options;
  const length = Buffer.byteLength(body);
  return new Promise((resolve) => {
    const end = (seen: Seen, answer?: IncomingMessage): void => {
      const asked = answer?.headers['retry-after'];
      resolve({ seen, retryAfterSeconds: asked === undefined ? null : Number(asked) });
    };
    const leave = (): void => {
      // A reset: workerd takes a FIN alone for a sender that has said everything and still listens.
      if (sent.socket) sent.socket.resetAndDestroy();
      else sent.destroy();
      end('left');
    };
    const sent: ClientRequest = request(options.url, {
      method: 'POST',
      agent: false,
      headers: { ...options.headers, 'content-length': length },
    });
    sent.on('error', () => end('broken'));
    sent.on('response', (answer) => {
      let read = 0;
      answer.on('data', (chunk: Buffer) => {
        read += chunk.length;
        if (leaves === 'while reading' && read >= bytesReadBeforeLeaving) leave();
      });
      answer.on('error', () => end('broken'));
      answer.on('end', () => end(answer.complete ? (answer.statusCode ?? 0) : 'broken', answer));
    });
    if (leaves === 'while sending') {
      sent.write(body.slice(0, body.length / 2), leave);
      return;
    }
    sent.end(body);
    if (leaves === 'while waiting') void options.leaveNow?.().then(leave);
  });
}

export function isAcknowledged({ seen }: Tried): boolean {
  return typeof seen === 'number' && seen >= 200 && seen < 300;
}
