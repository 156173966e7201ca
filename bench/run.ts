// `npm run bench -- <name> [--quick] [--keep <folder>]`: runs one benchmark; its last line is one JSON object.
import { parseArgs } from 'node:util';
import { benchAnnouncing } from './announcing/bench.ts';
import { benchApi } from './api/bench.ts';
import { benchBroadcast } from './broadcast/bench.ts';
import { resultLine } from './harness/result-line.ts';
import { benchCausality } from './causality/bench.ts';
import { benchDashboard } from './dashboard/bench.ts';
import { benchNeighbour } from './neighbour/bench.ts';
import { benchProxy } from './proxy/bench.ts';
import { benchRoundRobin } from './round-robin/bench.ts';
import { benchRotation } from './rotation/bench.ts';
import { benchStore } from './store/bench.ts';
import { benchStreaming } from './streaming/bench.ts';
import { benchTrigger } from './trigger/bench.ts';

const benches: ReadonlyMap<
  string,
  (quick: boolean, keep: string | null) => Promise<Record<string, number>>
> = new Map([
  ['proxy', benchProxy],
  ['round-robin', benchRoundRobin],
  ['broadcast', benchBroadcast],
  ['rotation', benchRotation],
  ['streaming', benchStreaming],
  ['trigger', benchTrigger],
  ['causality', benchCausality],
  ['announcing', benchAnnouncing],
  ['store', benchStore],
  ['api', benchApi],
  ['dashboard', benchDashboard],
  ['neighbour', benchNeighbour],
]);

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean' }, keep: { type: 'string' } },
  allowPositionals: true,
});
const [name = ''] = positionals;
const bench = benches.get(name);
if (!bench) {
  console.error(`Usage: npm run bench -- <${[...benches.keys()].join('|')}> [--quick]

  --keep <folder>  store and api: their databases are left there, and those of a run before are measured`);
  process.exit(2);
}
console.log(resultLine(name, await bench(values.quick ?? false, values.keep ?? null)));
