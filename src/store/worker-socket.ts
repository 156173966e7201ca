// The socket of `pg` in a Worker, read in larger pieces: a plain reader of workerd's sockets gives 4 KB at a time, each a
// promise and a turn of the event loop. 5 MB are 31 ms of the Worker that way, and 5 ms in pieces of 64 KB.
import { EventEmitter } from 'node:events';
import * as driver from 'pg-cloudflare';

const pieceBytes = 65_536;

/** Outside of Workers there is none: `pg-cloudflare` is empty there, its types are too, and `pg` takes Node's sockets. */
const CloudflareSocket: unknown = Reflect.get(driver, 'CloudflareSocket');

/** What a client of `pg` has to be told of sockets. Its types know Node's only, so this is any object to them. */
export function socketOptions(): object {
  return typeof CloudflareSocket === 'function'
    ? { stream: ({ ssl }: { ssl: unknown }) => widelyRead(CloudflareSocket, Boolean(ssl)) }
    : {};
}

function widelyRead(socketClass: Function, isTls: boolean): EventEmitter {
  const socket: unknown = Reflect.construct(socketClass, [isTls]);
  if (!(socket instanceof EventEmitter)) throw changed();
  // In place of its own, which it calls when it is connected, and once more when that has become TLS.
  Reflect.set(socket, '_listen', () => listen(socket));
  gatherWrites(socket);
  return socket;
}

/**
 * Gives it what `pg` asks for around each statement and Node's sockets have: the five messages of one go out as one.
 * nodejs.org/api/stream.html#writablecork
 */
function gatherWrites(socket: EventEmitter): void {
  const write: unknown = Reflect.get(socket, 'write');
  if (typeof write !== 'function') throw changed();
  let held: Uint8Array[] | null = null;
  Object.assign(socket, {
    cork() {
      held ??= [];
    },
    uncork() {
      const messages = held ?? [];
      held = null;
      if (messages.length > 0) Reflect.apply(write, socket, [Buffer.concat(messages)]);
    },
    write(...written: unknown[]) {
      const [message] = written;
      if (held && message instanceof Uint8Array && written.length === 1) {
        held.push(message);
        return true;
      }
      return Reflect.apply(write, socket, written);
    },
  });
}

/** Hands on what comes until the other side closes. @throws what reading does, which the socket tells as its `error` */
async function listen(socket: EventEmitter): Promise<void> {
  const readable: unknown = Reflect.get(Object(Reflect.get(socket, '_cfSocket')), 'readable');
  const reader: unknown = Reflect.get(socket, '_cfReader');
  if (!(readable instanceof ReadableStream && reader instanceof ReadableStreamDefaultReader)) {
    throw changed();
  }
  reader.releaseLock();
  const pieces = readable.getReader({ mode: 'byob' });
  // The one that is released when the connection becomes TLS.
  Reflect.set(socket, '_cfReader', pieces);
  let room = new ArrayBuffer(pieceBytes);
  for (;;) {
    const { done, value } = await pieces.read(new Uint8Array(room));
    if (done) return;
    // A copy: the driver keeps what is not whole yet, and the room is filled anew.
    socket.emit('data', Buffer.from(value));
    room = value.buffer;
  }
}

function changed(): TypeError {
  return new TypeError('pg-cloudflare is built in another way now: see src/store/worker-socket.ts');
}
