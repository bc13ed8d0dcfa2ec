/** The stylesheet of a page: light or dark as the reader prefers, narrow on phones, plain in print. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --page: #fbfaf7; --card: #fff; --ink: #1c1b19; --muted: #66625b; --line: #e7e3da; --band: #f1eee6; --line-strong: #a9a398;
  --accent: #1b5e9e; --notice: #fdf3d7; --right: #1d6b3a; --wrong: #a8321f;
  --s0: #77726a; --s1: #1a62b0; --s2: #14806a; --s3: #c06411; --s4: #9a7bb5; --s5: #b4306f;
  --s6: #7a6a0f; --s7: #3f4fa3; --s8: #8a4b2d;
  --serif: Charter, 'Bitstream Charter', 'Iowan Old Style', 'Source Serif 4', Cambria, Georgia, 'Liberation Serif', serif;
  --sans: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
  --mono: ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #161719; --card: #1e2023; --ink: #eceae5; --muted: #a5a29b; --line: #34363a; --band: #222428; --line-strong: #6e6f72;
    --accent: #7db8f0; --notice: #3a3115; --right: #77cf98; --wrong: #f0907d;
    --s0: #a9a59d; --s1: #6cb0f5; --s2: #4cc7ab; --s3: #f0a458; --s4: #c3a8dc; --s5: #f080b4;
    --s6: #d6c35a; --s7: #9aa8f2; --s8: #d69a77;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 66rem; padding: 0 clamp(1rem, 4vw, 2.5rem) 4rem; background: var(--page); color: var(--ink);
  font: 1rem/1.55 var(--sans); font-variant-numeric: tabular-nums lining-nums; overflow-wrap: break-word; }
h1, h2, h3 { font-family: var(--serif); line-height: 1.15; text-wrap: balance; font-weight: 700; }
h1 { font-size: clamp(1.9rem, 5.5vw, 3.1rem); letter-spacing: -0.015em; margin: 0 0 1.1rem; max-width: 22ch; }
h2 { font-size: clamp(1.45rem, 3.4vw, 1.95rem); letter-spacing: -0.01em; margin: 0 0 0.4rem; }
h3 { font-size: 1.2rem; margin: 2rem 0 0.6rem; }
p { margin: 0 0 0.8rem; max-width: 68ch; }
a { color: var(--accent); text-underline-offset: 0.18em; }
a:focus-visible, button:focus-visible, summary:focus-visible, select:focus-visible, input:focus-visible, [tabindex]:focus-visible {
  outline: 2px solid var(--accent); outline-offset: 2px; }
code, pre { font-family: var(--mono); font-size: 0.9em; }
main > section { border-top: 1px solid var(--line-strong); margin-top: 3.2rem; padding-top: 1.3rem; }
.intro { color: var(--muted); margin-bottom: 1.4rem; }
.muted { color: var(--muted); font-weight: 400; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.top { padding-top: clamp(1.6rem, 5vw, 3.4rem); }
.kicker { font-size: 0.78rem; font-weight: 650; letter-spacing: 0.09em; text-transform: uppercase; color: var(--accent); margin: 0 0 0.6rem; }
.notice { background: var(--notice); border-left: 4px solid var(--s3); padding: 0.65rem 0.9rem; max-width: none; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: 0.9rem 1.8rem; margin: 1.4rem 0; }
.facts div { min-width: 0; border-top: 2px solid var(--ink); padding-top: 0.4rem; }
.facts dt { font-size: 0.78rem; color: var(--muted); }
.facts dd { margin: 0; font-size: 0.95rem; overflow-wrap: anywhere; }
.legend, nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: 0.35rem 1.3rem; padding: 0; margin: 0 0 0.9rem; }
nav { border-top: 1px solid var(--line); padding-top: 0.8rem; font-size: 0.92rem; }
nav ul { margin: 0; }
.subject { white-space: nowrap; }
.symbol { width: 0.85em; height: 0.85em; margin-right: 0.35em; vertical-align: -0.06em; }

.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18.5rem), 1fr)); gap: 1.1rem; align-items: stretch; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 1.1rem 1.2rem 0.9rem; display: flex; flex-direction: column; }
.card h3 { margin: 0; }
.card .metric { color: var(--muted); font-size: 0.88rem; margin: 0.1rem 0 0.5rem; }
.change { margin: 0 0 0.5rem; font-family: var(--serif); font-size: 1.5rem; line-height: 1.2; }
.change strong { font-size: 2.5rem; letter-spacing: -0.02em; }
.verdict { font: 0.82rem var(--sans); font-weight: 550; white-space: nowrap; color: var(--muted); }
.verdict.better { color: var(--right); }
.verdict.worse { color: var(--wrong); }
.change .before, .change .arrow { color: var(--muted); margin-right: 0.3em; }
.change .range { font: 0.82rem var(--sans); color: var(--muted); white-space: nowrap; }
.cards:has(> :nth-child(4):last-child), .cards:has(> :nth-child(2):last-child) { grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); }
.track { margin: 0.3rem 0 0.8rem; border-block: 1px solid var(--line); padding: 0.35rem 0.4rem; }
.lane { display: block; position: relative; height: 12px; }
.lane i { position: absolute; top: 4.5px; height: 3px; border-radius: 2px; background: var(--c); opacity: 0.45; }
.lane b { position: absolute; top: 0; width: 12px; margin-left: -6px; line-height: 0; }
.lane .symbol { width: 12px; height: 12px; margin: 0; vertical-align: 0; }
.ends { display: flex; justify-content: space-between; font-size: 0.72rem; color: var(--muted); margin: 0.2rem -0.4rem 0; }
.source { font-size: 0.82rem; color: var(--muted); line-height: 1.45; }
.source b { color: var(--ink); }
.rest { margin-top: auto; width: 100%; border-collapse: collapse; font-size: 0.85rem; }
.rest td, .rest th { padding: 0.28rem 0; border-top: 1px solid var(--line); font-weight: 400; text-align: right; vertical-align: baseline; white-space: nowrap; }
.rest th { text-align: left; white-space: normal; padding-right: 0.6rem; line-height: 1.3; }
.rest td + td { padding-left: 0.35rem; font-weight: 600; }

.finding { font-family: var(--serif); font-size: 1.2rem; line-height: 1.4; }
figure { margin: 0 0 1.4rem; min-width: 0; }
figcaption { font-size: 0.86rem; line-height: 1.4; margin-bottom: 0.55rem; }
figcaption .muted { display: block; }
figure svg[role] { display: block; max-width: 100%; height: auto; color: var(--ink); }
.forest figcaption { color: var(--muted); }
.narrow { display: none; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19.5rem), 1fr)); gap: 1.2rem; }
.grid figure { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 0.9rem 1rem; margin: 0; }
.grid.tradeoffs { grid-template-columns: repeat(auto-fill, minmax(min(100%, 27rem), 1fr)); }
.tradeoff svg[role] { margin-inline: auto; }
.tradeoff .rest { margin-top: 0.9rem; }
.tradeoff .rest thead th { color: var(--muted); text-align: right; border: 0; }
.tradeoff .rest td { padding-left: 0.6rem; font-weight: 400; }
.tradeoff .rest .muted { font-size: 0.92em; }
.domain + .domain { margin-top: 2.4rem; }
summary { cursor: pointer; color: var(--accent); font-size: 0.92rem; padding: 0.3rem 0; }
summary h2 { display: inline; color: var(--ink); }
summary:has(h2) { font-size: 1.45rem; padding: 0; margin-bottom: 0.4rem; }

.scroll { overflow-x: auto; }
.figures, .agreement { border-collapse: collapse; font-size: 0.86rem; width: 100%; }
.figures td, .figures th, .agreement td, .agreement th { padding: 0.32rem 0.7rem 0.32rem 0; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); font-weight: 400; }
.figures th[scope='row'], .figures th[scope='rowgroup'], .figures th:first-child, .agreement th, .agreement .words { text-align: left; }
.figures thead th, .agreement thead th { color: var(--muted); border-bottom: 1px solid var(--line-strong); vertical-align: bottom; }
.agreement thead th:nth-child(n + 3) { text-align: right; }
.figures .group th { padding-top: 0.9rem; font-weight: 650; white-space: normal; }
.agreement .words { white-space: normal; min-width: 14rem; line-height: 1.35; }
.agreement td.scale { min-width: 10rem; }
.agreement .scale { padding-right: 0; }
.agreement thead .scale > span { display: flex; justify-content: space-between; padding-left: 0.7rem; }
.bar { display: block; position: relative; height: 12px; margin-left: 0.7rem; background: linear-gradient(var(--line-strong), var(--line-strong)) center / 100% 1px no-repeat; }
.bar i { position: absolute; top: 4px; height: 4px; border-radius: 2px; background: var(--s1); opacity: 0.5; }
.bar b { position: absolute; top: 1px; width: 10px; height: 10px; margin-left: -5px; border-radius: 50%; background: var(--s1); }

.filters { display: flex; flex-wrap: wrap; gap: 0.7rem 1.1rem; align-items: end; background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 0.9rem 1rem; margin-bottom: 1.2rem; font-size: 0.88rem; }
.filters label { display: grid; gap: 0.2rem; color: var(--muted); min-width: 0; }
.filters select, .filters input[type='search'], button { font: inherit; color: var(--ink); background: var(--page); border: 1px solid var(--line-strong); border-radius: 4px; padding: 0.38rem 0.5rem; max-width: 100%; min-height: 2.3rem; }
.filters .search { flex: 1 1 12rem; }
.filters fieldset { border: 0; padding: 0; margin: 0; flex: 1 1 100%; display: flex; flex-wrap: wrap; gap: 0.3rem 1.1rem; }
.filters legend { float: left; color: var(--muted); padding: 0; margin-right: 1rem; }
.filters .check { display: inline-flex; align-items: center; gap: 0.35rem; color: var(--ink); min-height: 1.6rem; }
.filters output { color: var(--muted); }
button { cursor: pointer; padding-inline: 0.9rem; }
.example { border-top: 1px solid var(--line); padding: 1rem 0 1.2rem; }
.example:first-child { border-top: 0; }
.tags { font-size: 0.78rem; color: var(--muted); margin: 0 0 0.25rem; }
.prompt { font-family: var(--serif); font-size: 1.15rem; line-height: 1.4; margin-bottom: 0.7rem; }
.prompt p { margin: 0 0 0.2rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.role { font: 0.78rem var(--sans); color: var(--muted); }
.responses { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 13.5rem), 1fr)); gap: 0.7rem; }
.response { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 0.65rem 0.8rem; min-width: 0; font-size: 0.9rem; display: flex; flex-direction: column; }
.response h4 { margin: 0 0 0.35rem; font-size: 0.84rem; }
.response.right { border-top: 3px solid var(--right); }
.response.wrong { border-top: 3px solid var(--wrong); }
.scores b { font-weight: 550; }
.right .scores b { color: var(--right); }
.wrong .scores b { color: var(--wrong); }
.text { white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.45; margin: 0 0 0.5rem; }
.scores { margin: auto 0 0; font-size: 0.76rem; color: var(--muted); display: flex; flex-wrap: wrap; gap: 0 0.8rem; }
.more { text-align: center; max-width: none; }

.command { display: flex; align-items: start; gap: 0.7rem; }
pre { flex: 1; margin: 0; min-width: 0; background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 0.7rem 0.9rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.settings { border-collapse: collapse; font-size: 0.86rem; }
.settings th, .settings td { text-align: left; vertical-align: baseline; padding: 0.22rem 1.4rem 0.22rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.settings th { font: 0.95em var(--mono); color: var(--muted); }

@media screen and (max-width: 46rem) {
  .wide { display: none; }
  .narrow { display: block; }
  .agreement thead { display: none; }
  .agreement tr { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; padding: 0.7rem 0; border-bottom: 1px solid var(--line); }
  .agreement td, .agreement th { border: 0; padding: 0.1rem 0; white-space: normal; }
  .agreement th, .agreement .words, .agreement .scale { grid-column: 1 / -1; }
  .agreement td:nth-child(3) { text-align: left; }
  .agreement td:nth-child(3)::before { content: 'n = '; }
  .agreement td:nth-child(4)::after { content: ' agree'; }
  .agreement td:nth-child(5) { grid-column: 1 / -1; text-align: left; }
  .agreement td:nth-child(5)::before { content: 'κ '; }
  .bar { margin: 0 6px; }
}
@page { margin: 14mm; }
@media print {
  :root { --page: #fff; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav, .filters, .more, button, summary:not(:has(h2)) { display: none !important; }
  main > section { margin-top: 1.6rem; }
  h2, h3, figcaption, .tags, .prompt, .intro { break-after: avoid; }
  .intro, .card, .grid figure, .response, tr, .example { break-inside: avoid; }
  .cards { grid-template-columns: repeat(2, 1fr); }
  .grid { grid-template-columns: repeat(3, 1fr); gap: 0.7rem; }
  .grid.tradeoffs { grid-template-columns: repeat(2, 1fr); }
  .facts { grid-template-columns: repeat(4, 1fr); }
  .responses { grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 0.4rem; }
  p { max-width: none; orphans: 3; widows: 3; }
  .figures tbody { break-inside: avoid; }
  .group { break-after: avoid; }
  .wide svg { max-width: 100%; }
  .scroll { overflow: visible; }
  .figures { font-size: 7.5pt; }
  .figures td, .figures th { padding-right: 0.4rem; }
  .figures td:last-child { white-space: normal; }
  details { break-before: auto; }
  a { color: inherit; text-decoration: none; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
`
