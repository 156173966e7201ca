// Starts and ends one child process. Each is the leader of a process group of its own, so that Ctrl-C in
// a terminal reaches this program only, and it ends what it started, in order, and nothing else.
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';

export type Child = {
  name: string;
  pid: number;
  /** Settles when the process has ended, however it did. */
  ended: Promise<string>;
  /** Asks it to end, and after a while ends it and its children. */
  stop(): Promise<void>;
};

const politeMs = 5_000;

/**
 * Starts a command and waits until it is ready.
 * @param ready true once a line of its output says so
 * @throws when it ends before that, or is not ready in time: with its last lines
 */
export async function startChild(options: {
  name: string;
  command: string;
  arguments: readonly string[];
  directory: string;
  environment?: Record<string, string>;
  logFile: string;
  ready: (line: string) => boolean;
  readyWithinMs: number;
}): Promise<Child> {
  const child = spawn(options.command, options.arguments, {
    cwd: options.directory,
    env: { ...process.env, ...options.environment },
    detached: true,
    // The child watches its standard input: it closes when this program is gone.
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const log = createWriteStream(options.logFile, { flags: 'a' });
  const lastLines: string[] = [];
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) =>
      resolve(signal ? `ended by ${signal}` : `exit code ${code}`),
    );
  });
  void ended.then(() => log.end());

  let timer: NodeJS.Timeout | undefined;
  const ready = new Promise<void>((resolve, reject) => {
    const failed = (why: string): void =>
      reject(
        new Error(
          `${options.name} ${why}. Its last lines (all are in ${options.logFile}):\n  ${lastLines.join('\n  ')}`,
        ),
      );
    timer = setTimeout(
      () => failed(`was not ready within ${options.readyWithinMs / 1_000} s`),
      options.readyWithinMs,
    );
    void ended.then((how) => failed(`ended before it was ready (${how})`));
    const onLine = (line: string): void => {
      lastLines.push(line);
      if (lastLines.length > 15) lastLines.shift();
      if (options.ready(line)) resolve();
    };
    for (const stream of [child.stdout, child.stderr]) eachLine(stream, log, onLine);
  });
  try {
    await ready;
  } catch (error) {
    await stopGroup(child, ended);
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return {
    name: options.name,
    pid: child.pid ?? 0,
    ended,
    stop: () => stopGroup(child, ended),
  };
}

function eachLine(
  stream: NodeJS.ReadableStream,
  log: NodeJS.WritableStream,
  onLine: (line: string) => void,
): void {
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    if (!('closed' in log) || !log.closed) log.write(chunk);
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim()) onLine(line.trimEnd());
  });
}

async function stopGroup(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.pid === undefined) return;
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM');
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([
      ended,
      new Promise((resolve) => {
        timer = setTimeout(resolve, politeMs);
      }),
    ]);
    clearTimeout(timer);
  }
  // What it started itself (workerd) belongs to its group, and may have outlived it.
  endGroup(child.pid);
  await ended;
}

/** Ends a process group at once; it may be gone already. */
function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    // ESRCH: nobody is left in the group, which is what was wanted.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
