// Reads a request body up to a limit. What is larger goes on as a stream, unread, up to a second limit.
import type { FieldReader } from './header-fields.ts';

export type InboundBody =
  | { kind: 'none' }
  /** The whole body; it can be parsed, recorded and sent again. */
  | { kind: 'whole'; bytes: Uint8Array }
  /** More than the limit: it can be sent once. */
  | {
      kind: 'stream';
      stream: ReadableStream<Uint8Array>;
      /**
       * Fires when the stream breaks off. The request must be given up then: one whose chunked body only
       * fails is ended by the runtime as if it were whole (tried in workerd, November 2026).
       */
      brokenOff: AbortSignal;
      /** True where it broke off because it went beyond the second limit. */
      tooLarge(): boolean;
    };

type BodyLimits = {
  /** Up to here it is read whole. */
  maxBodyBytes: number;
  /** Up to here it is streamed. A length that is declared has been held against it already. */
  maxStreamedBytes: number;
};

/** @throws when the sender breaks off while the body is read */
export async function readBody(
  request: Request,
  headers: FieldReader,
  limits: BodyLimits,
): Promise<InboundBody> {
  const declared = Number(headers.get('content-length') ?? Number.NaN);
  // Where there is a length there is a body; asking for the stream would make one.
  if (declared > 0 && declared <= limits.maxBodyBytes) {
    return { kind: 'whole', bytes: new Uint8Array(await request.arrayBuffer()) };
  }
  if (!request.body) return { kind: 'none' };
  if (declared > limits.maxBodyBytes) {
    return {
      kind: 'stream',
      stream: request.body,
      brokenOff: new AbortController().signal,
      tooLarge: () => false,
    };
  }
  return readUndeclared(request.body, limits);
}

/** A chunked body does not say how long it is: what was read is put back in front of the rest. */
async function readUndeclared(
  body: ReadableStream<Uint8Array>,
  { maxBodyBytes, maxStreamedBytes }: BodyLimits,
): Promise<InboundBody> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length <= maxBodyBytes) {
    const { done, value } = await reader.read();
    if (done) return { kind: 'whole', bytes: joined(chunks, length) };
    chunks.push(value);
    length += value.length;
  }
  const broken = new AbortController();
  return {
    kind: 'stream',
    brokenOff: broken.signal,
    tooLarge: () => length > maxStreamedBytes,
    stream: new ReadableStream<Uint8Array>({
      async pull(controller) {
        const chunk = chunks.shift();
        if (chunk) return controller.enqueue(chunk);
        try {
          const { done, value } = await reader.read();
          if (done) return controller.close();
          length += value.length;
          if (length <= maxStreamedBytes) return controller.enqueue(value);
          throw new Error(`The body has more than ${maxStreamedBytes} bytes.`);
        } catch (error) {
          broken.abort(error);
          controller.error(error);
          await reader.cancel(error);
        }
      },
      cancel: (reason) => reader.cancel(reason),
    }),
  };
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** The body as `fetch` takes it. A whole one may be sent any number of times, a stream once. */
export function bodyOf(body: InboundBody): BodyInit | null {
  switch (body.kind) {
    case 'none':
      return null;
    case 'whole':
      return body.bytes;
    case 'stream':
      return body.stream;
  }
}
