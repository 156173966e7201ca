// `npm run shop -- order --as jane@example.com`: places one order in the running local world and prints the address
// of its cascade. It decides only what the arguments mean.
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { findCascade } from './find-cascade.ts';
import { placeOrder } from './place-order.ts';
import { readWorld } from './world-file.ts';

const usage = `Usage: npm run shop -- order --as <e-mail> [--express] [--through application|hasura]

  order      places one order and prints the address of its cascade
  --as       who orders, by e-mail
  --express  an express parcel: its order is touched twice
  --through  who names the person: the application (default) or Hasura's session variables`;

const argumentsSchema = z.object({
  command: z.literal('order', { error: 'the command must be "order"' }),
  as: z.email({ error: '--as needs an e-mail, such as jane@example.com' }),
  express: z.boolean(),
  through: z.enum(['application', 'hasura'], {
    error: '--through is "application" or "hasura"',
  }),
});

type Parsed =
  | { kind: 'order'; order: z.infer<typeof argumentsSchema> }
  | { kind: 'usage'; problem: string | null };

const timeoutMs = 20_000;

/** What the arguments ask for. */
export function parseShopArguments(args: readonly string[]): Parsed {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        as: { type: 'string' },
        express: { type: 'boolean', default: false },
        through: { type: 'string', default: 'application' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return { kind: 'usage', problem: null };
    if (positionals.length > 1)
      return { kind: 'usage', problem: `unknown: ${positionals.slice(1).join(' ')}` };
    const parsed = argumentsSchema.safeParse({ ...values, command: positionals[0] });
    if (parsed.success) return { kind: 'order', order: parsed.data };
    return { kind: 'usage', problem: parsed.error.issues.map(({ message }) => message).join('; ') };
  } catch (error) {
    // parseArgs throws on an unknown or incomplete option.
    return { kind: 'usage', problem: error instanceof Error ? error.message : String(error) };
  }
}

/** @returns the process's exit code: 0, 1 when it failed, 2 for wrong arguments */
export async function runShopCli(
  args: readonly string[],
  print: (line: string, to: 'stdout' | 'stderr') => void,
): Promise<number> {
  const parsed = parseShopArguments(args);
  if (parsed.kind === 'usage') {
    if (parsed.problem) print(`${parsed.problem}\n`, 'stderr');
    print(usage, parsed.problem ? 'stderr' : 'stdout');
    return parsed.problem ? 2 : 0;
  }
  try {
    const world = await readWorld();
    const { as, express, through } = parsed.order;
    const order = await placeOrder({
      url: world.applicationUrl,
      as,
      through,
      ...(express && { express }),
    }).catch((error: unknown) => {
      throw new Error(
        `The order could not be placed: ${error instanceof Error ? error.message : String(error)}. ` +
          'Does the local world run? Start it with: npm start',
        { cause: error },
      );
    });
    print(`${as} placed order ${order.orderId}`, 'stderr');
    print(await findCascade(world, { table: 'orders', id: order.orderId }, timeoutMs), 'stdout');
    return 0;
  } catch (error) {
    print(error instanceof Error ? error.message : String(error), 'stderr');
    return 1;
  }
}

if (import.meta.main) {
  process.exitCode = await runShopCli(process.argv.slice(2), (line, to) => {
    process[to].write(`${line}\n`);
  });
}
