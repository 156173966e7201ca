// `npm run bench -- <name> [--quick]`: runs one benchmark; its last line is one JSON object.
import { parseArgs } from 'node:util';
import { resultLine } from './harness/result-line.ts';
import { benchProxy } from './proxy/bench.ts';

const benches: ReadonlyMap<string, (quick: boolean) => Promise<Record<string, number>>> = new Map([
  ['proxy', benchProxy],
]);

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean' } },
  allowPositionals: true,
});
const [name = ''] = positionals;
const bench = benches.get(name);
if (!bench) {
  console.error(`Usage: npm run bench -- <${[...benches.keys()].join('|')}> [--quick]`);
  process.exit(2);
}
console.log(resultLine(name, await bench(values.quick ?? false)));
