// One destination server for the tests in workerd, which cannot listen themselves.
import type { TestProject } from 'vitest/node';
import { startDestinationServer } from './destination-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    destinationUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startDestinationServer();
  project.provide('destinationUrl', server.url);
  return () => server.stop();
}
