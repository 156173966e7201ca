// Passes an answer on while keeping its first bytes for the record. Short answers are read whole,
// since a stream through JavaScript costs more than it is worth there; all others are streamed.

/** How much of an answer is kept for the record. */
const keptBytes = 2_048;
/** Answers up to this size that say how long they are need no stream. */
const readWholeBytes = 65_536;
const decoder = new TextDecoder();

export type AnswerCapture = {
  body: BodyInit | null;
  /**
   * What was read whole has ended. Else it settles when the last byte has gone through, or when whoever reads gave up
   * before (`isWhole` is false then); rejects when the answer broke off.
   */
  ended: AnswerEnd | Promise<AnswerEnd>;
};

export type AnswerEnd = { text: string | null; isWhole: boolean };

function withoutBody(): AnswerCapture {
  return { body: null, ended: { text: null, isWhole: true } };
}

/** @throws when a short answer breaks off while it is read */
export async function captureAnswer(response: Response): Promise<AnswerCapture> {
  const declared = response.headers.get('content-length');
  const length = declared === null ? Number.NaN : Number(declared);
  if (length <= readWholeBytes) {
    const bytes = new Uint8Array(await response.arrayBuffer());
    // An answer that may have no body (204, 304, or to HEAD) can say a length nevertheless.
    if (bytes.length === 0) return withoutBody();
    const text = decode(bytes.subarray(0, keptBytes));
    return { body: bytes, ended: { text, isWhole: true } };
  }
  if (!response.body) return withoutBody();
  return streamAnswer(response.body);
}

function streamAnswer(body: ReadableStream<Uint8Array>): AnswerCapture {
  const kept: Uint8Array[] = [];
  let keptLength = 0;
  let isWhole = false;
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      if (keptLength < keptBytes) {
        // A copy: the chunk itself is handed on, and its buffer with it.
        const part = chunk.slice(0, keptBytes - keptLength);
        kept.push(part);
        keptLength += part.length;
      }
      controller.enqueue(chunk);
    },
    // Only an answer that ends comes here. workerd's pipeTo also resolves when nobody reads on.
    flush() {
      isWhole = true;
    },
  });
  const ended = body.pipeTo(writable).then(() => ({ text: textOf(kept), isWhole }));
  return { body: readable, ended };
}

function textOf(chunks: readonly Uint8Array[]): string | null {
  const bytes = new Uint8Array(keptBytes);
  let length = 0;
  for (const chunk of chunks) {
    const part = chunk.subarray(0, keptBytes - length);
    bytes.set(part, length);
    length += part.length;
  }
  return decode(bytes.subarray(0, length));
}

function decode(bytes: Uint8Array): string | null {
  // A NUL cannot be stored as text in Postgres.
  return decoder.decode(bytes).replaceAll('\0', '\uFFFD') || null;
}
