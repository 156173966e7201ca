// What Hyperdrive is to a Worker, as far as time goes: connections to Postgres that stay open and are lent to one client after
// another, which finds caches and compiled code warm. `node pooling.ts <postgres port> <user> <password> <most connections>`;
// prints its port and ends with the program that started it. A client keeps a connection until it leaves.
import { connect, createServer, type Socket } from 'node:net';
import { Frames, message, startup, typeOf } from './wire.ts';

const [postgresPort, user = '', password = '', most] = process.argv.slice(2);
const mostConnections = Number(most);

type Backend = {
  socket: Socket;
  database: string;
  /** What the server has said of itself, up to being ready for the first query. */
  greeting: Buffer;
  /** Nothing is under way: no statement, no transaction. */
  isAtRest: boolean;
  onData: ((chunk: Buffer) => void) | null;
};

const idle: Backend[] = [];
const waiting: { database: string; take: (backend: Backend) => void }[] = [];
let open = 0;

const server = createServer((client) => {
  client.setNoDelay(true);
  client.on('error', () => client.destroy());
  let backend: Backend | null = null;
  const frames = new Frames('startup', (type, bytes) => {
    if (type === 'ssl') client.write('N');
    else if (type === 'startup') void borrow(databaseOf(bytes));
    else if (type === 'X') client.end();
    else if (backend) {
      backend.isAtRest = false;
      backend.socket.write(bytes);
    }
  });
  const borrow = async (database: string): Promise<void> => {
    const lent = await lend(database);
    if (client.destroyed) {
      giveBack(lent);
      return;
    }
    backend = lent;
    lent.onData = (chunk) => {
      if (client.write(chunk)) return;
      // What the client does not take yet waits here, and Postgres with it.
      lent.socket.pause();
      client.once('drain', () => lent.socket.resume());
    };
    client.write(lent.greeting);
  };
  client.on('data', (chunk: Buffer) => frames.take(chunk));
  client.on('close', () => {
    if (backend) giveBack(backend);
    backend = null;
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' && address ? address.port : 0}\n`);
});
process.stdin.on('end', () => process.exit(0)).resume();

/** The words of a startup message: user, database and others, by turns name and value. */
function databaseOf(bytes: Buffer): string {
  const words = bytes.subarray(8).toString('utf8').split('\0');
  return words[words.indexOf('database') + 1] ?? '';
}

function lend(database: string): Promise<Backend> {
  const at = idle.findLastIndex((one) => one.database === database);
  const [found] = at < 0 ? [] : idle.splice(at, 1);
  if (found) return Promise.resolve(found);
  if (open < mostConnections) return begin(database);
  return new Promise((take) => waiting.push({ database, take }));
}

function giveBack(backend: Backend): void {
  backend.onData = null;
  backend.socket.resume();
  if (!backend.isAtRest) {
    // In the middle of something: nobody else may find it so.
    backend.socket.destroy();
    return;
  }
  const at = waiting.findIndex(({ database }) => database === backend.database);
  const [next] = at < 0 ? [] : waiting.splice(at, 1);
  if (next) next.take(backend);
  else idle.push(backend);
}

function begin(database: string): Promise<Backend> {
  open += 1;
  return new Promise((resolve) => {
    const socket = connect(Number(postgresPort), '127.0.0.1');
    socket.setNoDelay(true);
    const said: Buffer[] = [];
    const backend: Backend = {
      socket,
      database,
      greeting: Buffer.alloc(0),
      isAtRest: false,
      onData: null,
    };
    let isReady = false;
    const frames = new Frames('message', (type, bytes) => {
      if (type === 'Z') backend.isAtRest = bytes[5] === typeOf('I');
      if (isReady) return;
      // AuthenticationCleartextPassword: postgresql.org/docs/current/protocol-message-formats.html
      if (type === 'R' && bytes.readInt32BE(5) === 3) socket.write(message('p', `${password}\0`));
      else said.push(bytes);
      if (type === 'E') throw new Error(`Postgres refused the pool: ${bytes.toString('utf8')}`);
      if (type !== 'Z') return;
      isReady = true;
      backend.greeting = Buffer.concat(said);
      resolve(backend);
    });
    socket.on('connect', () => socket.write(startup({ user, database })));
    socket.on('data', (chunk: Buffer) => {
      const wasReady = isReady;
      frames.take(chunk);
      if (wasReady) backend.onData?.(chunk);
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      open -= 1;
      const at = idle.indexOf(backend);
      if (at >= 0) idle.splice(at, 1);
      const next = waiting.shift();
      if (next) void begin(next.database).then(next.take);
    });
  });
}
