// The Chromium that comes from npm, for tests, screenshots and benches, or another one where CHROMIUM_PATH names it.
import chromiumPackage from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

/** What the package sets for cloud functions, and people's browsers do not. */
const unlikePeople = new Set(['--single-process', '--no-zygote', '--disable-web-security']);
/** WebGL in software, which draws all pages by it; Chromium's own software painter needs less. */
const webGl = new Set([
  '--ignore-gpu-blocklist',
  '--in-process-gpu',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
]);

/** The caller closes it. */
export async function launchChromium(): Promise<Browser> {
  const own = process.env['CHROMIUM_PATH'];
  if (own) return chromium.launch({ executablePath: own });
  const kept = chromiumPackage.args.filter(
    (argument) => !unlikePeople.has(argument) && !webGl.has(argument),
  );
  return chromium.launch({
    executablePath: await chromiumPackage.executablePath(),
    args: [...kept, '--disable-gpu'],
    ignoreDefaultArgs: ['--enable-unsafe-swiftshader'],
  });
}
