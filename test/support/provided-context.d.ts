// What the global set-ups hand to the tests.
import 'vitest';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The test run's Postgres, database `postgres`. */
    postgresAdminUrl: string;
    /** A server that behaves as its path says: test/support/destination-server.ts. */
    destinationUrl: string;
    /** A BundledWorker as JSON: test/support/bundled-worker.ts. */
    bundledWorker: string;
    /** The running local world. `POST {controlUrl}/stop/log-server` ends that part, `/start/…` brings it back. */
    world: {
      applicationUrl: string;
      observabilityUrl: string;
      dashboardUrl: string;
      edgeUrl: string;
      jobsUrl: string;
      logsUrl: string;
      truthFile: string;
      source: string;
      apiToken: string;
      ingestKey: string;
      pid: number;
      controlUrl: string;
    };
  }
}
