// Runs `npm ci` when node_modules is not what package-lock.json says. It has no dependencies, since it
// runs before there are any, and under any Node from 20 on.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const root = new URL('..', import.meta.url);

/** Packages by folder, or null where the file is not there or was cut short. */
function packagesOf(path) {
  try {
    return JSON.parse(readFileSync(new URL(path, root), 'utf8')).packages;
  } catch {
    return null;
  }
}

/** npm writes node_modules/.package-lock.json last: a cut-off install has none, or an old one. */
function whatIsMissing() {
  const wanted = packagesOf('package-lock.json');
  if (!wanted) return 'package-lock.json cannot be read';
  const installed = packagesOf('node_modules/.package-lock.json');
  if (!installed) return 'node_modules is not there yet';
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.startsWith('node_modules/')) continue;
    const found = installed[path];
    // Binaries for other platforms are optional, and npm leaves them out.
    if (!found && (entry.optional || entry.peer)) continue;
    if (!found) return `${path} is missing`;
    if (found.version !== entry.version) {
      return `${path} is ${found.version}, and package-lock.json says ${entry.version}`;
    }
  }
  return null;
}

const why = whatIsMissing();
if (why) {
  console.log(`Installing: ${why}. This takes a minute the first time.`);
  // Node 24 comes from the npm package "node"; npm itself may be older than some packages ask for.
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (npm.status !== 0) {
    console.error(
      'npm ci failed, see above. Check that the npm registry can be reached and that no other program ' +
        'holds files in node_modules, then run the command again.',
    );
    process.exit(npm.status ?? 1);
  }
}
