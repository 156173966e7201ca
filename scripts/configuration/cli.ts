// The program behind `npm run config`.
import { runConfig } from './run.ts';

process.exitCode = await runConfig(process.argv.slice(2), process.env, (text, to) =>
  to === 'stdout' ? console.log(text) : console.error(text),
);
