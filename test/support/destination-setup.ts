// One destination server for the tests in workerd, which cannot listen themselves.
import type { TestProject } from 'vitest/node';
import { startDestinationServer } from './destination-server.ts';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startDestinationServer();
  project.provide('destinationUrl', server.url);
  return () => server.stop();
}
