// Bundles the Worker once for all files of cells.
import type { TestProject } from 'vitest/node';
import { bundledWorker } from '../support/bundled-worker.ts';

export default async function setup(project: TestProject): Promise<void> {
  project.provide('bundledWorker', JSON.stringify(await bundledWorker()));
}
