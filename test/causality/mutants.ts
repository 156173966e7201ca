// The rules of evidence, each broken by itself in the bundled Worker: cascades that are held against the truth must show
// it. Texts are those of the bundle, so that a rule that was rewritten asks for its mutant to be written anew.
import type { BundledWorker } from '../support/bundled-worker.ts';

export type Mutant = { name: string; find: RegExp; replace: string };

const weakRule = (rule: string): Mutant => ({
  name: `${rule} is taken for certain`,
  find: new RegExp(`evidence: "weak",(\\s+rule: "${rule}")`),
  replace: 'evidence: "certain",$1',
});

export const mutants: readonly Mutant[] = [
  {
    name: 'the session names nobody',
    find: /return hopNamed\(bySession, "session"\)/,
    replace: 'return null',
  },
  {
    name: 'an update sets nothing anew',
    find: /return (\w+)\.actor !== \1\.previousActor;/,
    replace: 'return false;',
  },
  {
    name: 'an ID that stays in the row is taken for set anew',
    find: /return (\w+)\.actor !== \1\.previousActor;/,
    replace: 'return true;',
  },
  {
    name: 'an ID set anew places no event in its trace',
    find: /return \{ joins: \w+, by: "value" \};/,
    replace: 'return { joins: null, by: null };',
  },
  {
    name: 'no hop may write while it runs',
    find: /return delivery\.attempts\.some\(\((\w+)\) => writtenAtMs <= mayRunUntilMs\(\1\)\);/,
    replace: 'return false;',
  },
  weakRule('same_transaction'),
  weakRule('row_and_time'),
];

/** @throws where the bundle does not have the rule in these words */
export function mutate(worker: BundledWorker, { name, find, replace }: Mutant): BundledWorker {
  const script = worker.script.replace(find, replace);
  if (script === worker.script) {
    throw new Error(`The mutant "${name}" finds nothing to change in the Worker: write it anew.`);
  }
  return { ...worker, script };
}
