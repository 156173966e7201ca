// A database with the shop in it, for one test file.
import { installApplication } from '../../../demo/application/application.ts';
import { installCorrelation } from '../../../migrations/install.ts';
import { createDatabase } from '../../support/database.ts';

export async function createShopDatabase(
  prefix: string,
): Promise<{ url: string; drop(): Promise<void> }> {
  const database = await createDatabase(prefix);
  await installApplication(database.url, { migrate: installCorrelation });
  return database;
}
