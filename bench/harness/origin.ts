// A destination that costs as little as possible, in a process of its own: `node origin.ts [delayMs]`.
// `GET /counts` tells how many requests came to each other path. Prints its port and ends with the program that started it.
import { createServer, type ServerResponse } from 'node:http';

const delayMs = Number(process.argv[2] ?? 0);
const answer = '{"ok":true}';

const counts = new Map<string, number>();
const server = createServer((request, response) => {
  const path = request.url ?? '/';
  if (path === '/counts') {
    response.end(JSON.stringify(Object.fromEntries(counts)));
    return;
  }
  counts.set(path, (counts.get(path) ?? 0) + 1);
  request.resume();
  request.on('end', () => {
    if (delayMs > 0) setTimeout(end, delayMs, response);
    else end(response);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' && address ? address.port : 0}\n`);
});
process.stdin.on('end', () => process.exit(0)).resume();

function end(response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': answer.length,
  });
  response.end(answer);
}
