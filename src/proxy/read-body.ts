// Reads a request body up to a limit. What is larger is not refused: it goes on as a stream, unread.

export type InboundBody =
  | { kind: 'none' }
  /** The whole body; it can be parsed, recorded and sent again. */
  | { kind: 'whole'; bytes: Uint8Array }
  /** More than the limit: it can be sent once. */
  | { kind: 'stream'; stream: ReadableStream<Uint8Array> };

/** @throws when the sender breaks off while the body is read */
export async function readBody(request: Request, maxBytes: number): Promise<InboundBody> {
  if (!request.body) return { kind: 'none' };
  const declared = Number(request.headers.get('content-length') ?? Number.NaN);
  if (declared > maxBytes) return { kind: 'stream', stream: request.body };
  if (declared <= maxBytes) {
    return { kind: 'whole', bytes: new Uint8Array(await request.arrayBuffer()) };
  }
  return readUndeclared(request.body, maxBytes);
}

/** A chunked body does not say how long it is: what was read is put back in front of the rest. */
async function readUndeclared(
  body: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<InboundBody> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length <= maxBytes) {
    const { done, value } = await reader.read();
    if (done) return { kind: 'whole', bytes: joined(chunks, length) };
    chunks.push(value);
    length += value.length;
  }
  return {
    kind: 'stream',
    stream: new ReadableStream<Uint8Array>({
      async pull(controller) {
        const chunk = chunks.shift();
        if (chunk) return controller.enqueue(chunk);
        const { done, value } = await reader.read();
        return done ? controller.close() : controller.enqueue(value);
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
