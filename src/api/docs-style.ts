// How the page of the API's description looks.

export const docsStyle = `
:root { color-scheme: light dark; --line: #d9dce3; --muted: #5b6270; --soft: #f4f5f8; --accent: #2b5fd9; }
@media (prefers-color-scheme: dark) {
  :root { --line: #343a46; --muted: #a0a7b5; --soft: #1c2029; --accent: #8fb0ff; }
  body { background: #13161c; color: #e7e9ee; }
}
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.55 system-ui, sans-serif; display: grid; grid-template-columns: 13rem minmax(0, 1fr); }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1.5rem 1rem; border-right: 1px solid var(--line);
  display: flex; flex-direction: column; gap: .35rem; }
nav .home { font-weight: 650; margin-bottom: .75rem; color: inherit; }
main { padding: 1.5rem 2rem 4rem; max-width: 60rem; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .75rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .4rem; }
h4 { font-size: .85rem; margin: 1rem 0 .3rem; color: var(--muted); font-weight: 600; }
code, pre { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, monospace; }
pre { margin: .3rem 0; padding: .7rem .9rem; background: var(--soft); border-radius: 6px; overflow: auto; }
pre i, dd i { color: var(--muted); font-style: normal; }
small { color: var(--muted); font-weight: 400; }
details { border: 1px solid var(--line); border-radius: 8px; margin: .5rem 0; padding: 0 1rem; }
details[open] { padding-bottom: 1rem; }
summary { cursor: pointer; padding: .6rem 0; overflow-wrap: anywhere; }
summary:focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
summary span:last-child { color: var(--muted); }
.method { display: inline-block; min-width: 4.2rem; font: 600 12px/1.5 ui-monospace, monospace; color: var(--accent); }
.role { border: 1px solid var(--line); border-radius: 999px; padding: .1rem .6rem; font-size: .8rem; color: var(--muted); }
dl { margin: 0; }
dt { margin-top: .5rem; }
dd { margin: .15rem 0 0 1rem; overflow-wrap: anywhere; }
@media (max-width: 48rem) {
  body { display: block; }
  nav { position: static; height: auto; flex-flow: row wrap; gap: .3rem .9rem; border-right: 0;
    border-bottom: 1px solid var(--line); }
  nav .home { width: 100%; margin: 0; }
  main { padding: 1rem; }
}
`;
