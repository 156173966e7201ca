// Postgres' messages as bytes: postgresql.org/docs/current/protocol-message-formats.html. It knows where one ends and the next
// begins, and nothing of what they mean.

const sslRequest = 80_877_103;
const protocolVersion = 196_608;

export const typeOf = (letter: string): number => letter.charCodeAt(0);

/** @param text with its closing zeros */
export function message(type: string, text: string): Buffer {
  const body = Buffer.from(text, 'utf8');
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

export function startup(parameters: Record<string, string>): Buffer {
  const body = Buffer.from(
    `${Object.entries(parameters)
      .map(([name, value]) => `${name}\0${value}\0`)
      .join('')}\0`,
    'utf8',
  );
  const head = Buffer.alloc(8);
  head.writeInt32BE(body.length + 8, 0);
  head.writeInt32BE(protocolVersion, 4);
  return Buffer.concat([head, body]);
}

/**
 * Cuts what comes into messages: `startup` begins with those that have no letter (`ssl`, `startup`), which clients send
 * first.
 */
export class Frames {
  /** Of a message that is not whole yet; not joined until it is, which would copy a large one again and again. */
  #left: Buffer[] = [];
  #leftBytes = 0;
  /** So many bytes are needed before there is anything to cut. */
  #needed = 0;
  #isStarting: boolean;
  readonly #onMessage: (type: string, bytes: Buffer) => void;

  constructor(from: 'startup' | 'message', onMessage: (type: string, bytes: Buffer) => void) {
    this.#isStarting = from === 'startup';
    this.#onMessage = onMessage;
  }

  take(chunk: Buffer): void {
    this.#left.push(chunk);
    this.#leftBytes += chunk.length;
    if (this.#leftBytes < this.#needed) return;
    let left = this.#left.length === 1 ? chunk : Buffer.concat(this.#left);
    for (;;) {
      const prefix = this.#isStarting ? 0 : 1;
      this.#needed = prefix + 4;
      if (left.length < this.#needed) break;
      this.#needed = prefix + left.readInt32BE(prefix);
      if (left.length < this.#needed) break;
      const bytes = left.subarray(0, this.#needed);
      left = left.subarray(this.#needed);
      if (!this.#isStarting) this.#onMessage(String.fromCharCode(bytes[0] ?? 0), bytes);
      else if (bytes.readInt32BE(4) === sslRequest) this.#onMessage('ssl', bytes);
      else {
        this.#isStarting = false;
        this.#onMessage('startup', bytes);
      }
    }
    this.#left = [left];
    this.#leftBytes = left.length;
  }
}
