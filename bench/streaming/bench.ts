// How much memory the runtime takes while large bodies stream through the edge, both ways, to and from somebody slow:
// flat means that ten times the size takes no more. Linux only (/proc/<pid>/status).
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { startEdgeUnderTest } from '../harness/edge-under-test.ts';
import { ownRuntimes } from '../harness/own-runtimes.ts';

const atOnce = 4;
const smallBytes = 10_000_000;
const largeBytes = 100_000_000;
const sampleEveryMs = 20;
const chunk = Buffer.alloc(65_536, 'x');

/** @returns the peaks in MB, and `growth`: how much more the large bodies took than the small ones */
export async function benchStreaming(quick: boolean): Promise<Record<string, number>> {
  const rounds = quick ? 1 : 5;
  const edge = await startEdgeUnderTest();
  const destination = createServer((incoming, answer) => void serve(incoming, answer));
  destination.listen(0, '127.0.0.1');
  await once(destination, 'listening');
  const address = destination.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const url = (bytes: number): string =>
    `${edge.edgeUrl}/?destinations=${encodeURIComponent(`http://127.0.0.1:${port}/${bytes}`)}`;
  const peakMb = async (upBytes: number, downBytes: number): Promise<number> => {
    const key = edge.ingestKey;
    const peak = watchPeak();
    for (let round = 0; round < rounds; round += 1) {
      await Promise.all(
        Array.from({ length: atOnce }, () => exchange(url(downBytes), key, upBytes)),
      );
    }
    return peak() / 1e6;
  };
  try {
    // The first requests compile the code.
    await peakMb(smallBytes, smallBytes);
    const small = await peakMb(smallBytes, smallBytes);
    const up = await peakMb(largeBytes, 0);
    const down = await peakMb(0, largeBytes);
    console.log(
      `streaming, ${atOnce} at once: peak ${small.toFixed(0)} MB with 10 MB, ${up.toFixed(0)} MB with 100 MB up, ${down.toFixed(0)} MB with 100 MB down`,
    );
    return { smallMb: small, upMb: up, downMb: down, growth: Math.max(up, down) / small };
  } finally {
    await edge.stop();
    destination.closeAllConnections();
    destination.close();
  }
}

/** Sends so many bytes and reads the answer to its end. @throws unless it is answered whole with 200 */
async function exchange(url: string, key: string, upBytes: number): Promise<void> {
  const outgoing = request(url, {
    method: 'POST',
    headers: { 'x-throughline-key': key, 'content-length': upBytes },
  });
  const answered = new Promise<IncomingMessage>((resolve) => outgoing.on('response', resolve));
  await pipeline(Readable.from(chunks(upBytes)), outgoing);
  const answer = await answered;
  if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}.`);
  await pipeline(answer, slowReader());
}

/** Reads what comes and answers with as many bytes as the path says. */
async function serve(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
  await pipeline(incoming, slowReader());
  const bytes = Number((incoming.url ?? '/').slice(1));
  answer.writeHead(200, { 'content-length': bytes });
  await pipeline(Readable.from(chunks(bytes)), answer);
}

function* chunks(bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= chunk.length) {
    yield left < chunk.length ? chunk.subarray(0, left) : chunk;
  }
}

/** Pauses after each piece, so that whoever is faster has to wait or to hoard. */
function slowReader(): Writable {
  return new Writable({
    write(_piece, _encoding, done) {
      setTimeout(done, 1);
    },
  });
}

/** Samples until it is asked for the highest, in bytes. */
function watchPeak(): () => number {
  let highest = 0;
  const sample = (): void => {
    highest = Math.max(
      highest,
      ownRuntimes().reduce((sum, { residentBytes }) => sum + residentBytes, 0),
    );
  };
  const timer = setInterval(sample, sampleEveryMs);
  return () => {
    clearInterval(timer);
    sample();
    return highest;
  };
}
