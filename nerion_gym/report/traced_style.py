"""The style of a trace's page: light and dark, wide and narrow; colour alone says nothing."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --fg: #1b1f24; --bg: #ffffff; --dim: #59636e; --line: #d1d9e0;
  --soft: #f4f6f8; --never: #b42318; --some: #8a5a00; --always: #1a6b35; --unknown: #7a3fb0;
  --absent: #55606b; }
@media (prefers-color-scheme: dark) { :root { --fg: #e6edf3; --bg: #0f141a; --dim: #9aa6b2;
  --line: #323b45; --soft: #181f27; --never: #ff8f85; --some: #f0b849; --always: #6fd08c;
  --unknown: #cda4f5; --absent: #a3afbb; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 78rem; padding: 1rem; font: 16px/1.5 system-ui, sans-serif;
  color: var(--fg); background: var(--bg); }
h1 { font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere; margin: 0 0 .5rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; overflow-wrap: anywhere; }
nav ul { padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; }
a { color: inherit; }
a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 3px solid var(--some);
  outline-offset: -2px; }
code, pre, .row { font-family: ui-monospace, Consolas, monospace; font-size: .85rem; }
.dim { color: var(--dim); }
.never { color: var(--never); font-weight: 700; } .sometimes { color: var(--some); }
.always { color: var(--always); } .unknown { color: var(--unknown); }
.not-reached { color: var(--absent); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { color: var(--dim); font-weight: 600; } td.n, th.n { text-align: right; white-space: nowrap; }
.row { display: grid; grid-template-columns: 3.2rem 4.2rem 11rem 4rem 1fr; gap: .8rem;
  align-items: baseline; padding: 0 .25rem; min-height: 1.35rem; }
.row > :nth-child(-n+2) { text-align: right; color: var(--dim); }
.row .text { white-space: pre-wrap; overflow-wrap: anywhere; }
.bar { display: flex; height: .5rem; align-self: center; border-radius: 2px; overflow: hidden; }
.bar i { background: currentColor; min-width: 2px; }
summary.row { cursor: pointer; list-style: none; } summary.row::-webkit-details-marker {
  display: none; }
summary.row > :first-child::before { content: "+"; float: left; } details[open] >
  summary.row > :first-child::before { content: "\\2212"; }
summary.row:hover, details[open] > summary.row { background: var(--soft); }
.more { background: var(--soft); border-left: 3px solid var(--line); margin: 0 0 .5rem 1rem;
  padding: .25rem .75rem .5rem; }
.more ul, .plain { margin: .25rem 0; padding: 0; list-style: none; }
.more li { padding: .15rem 0; overflow-wrap: anywhere; }
pre { margin: .25rem 0 .75rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.minus { color: var(--never); } .plus { color: var(--always); }
@media (max-width: 44rem) {
  body { padding: .75rem; }
  .row { grid-template-columns: 2.8rem auto auto 1fr; gap: 0 .6rem; padding: .1rem 0; }
  .row .bar { max-width: 5rem; min-width: 2rem; }
  .row .text { grid-column: 1 / -1; padding-left: 1rem; }
  .row.bare { grid-template-columns: 2.8rem 1fr; }
  .row.bare > :nth-child(n+2):nth-child(-n+4) { display: none; }
  .row.bare .text { grid-column: auto; padding: 0; }
  .more { margin-left: 0; }
  table, tbody, tr, td { display: block; } thead { position: absolute; left: -999rem; }
  td, td.n { border: 0; padding: 0; text-align: left; white-space: normal; }
  td:empty { display: none; }
  td[data-th]::before { content: attr(data-th) ": "; color: var(--dim); }
  tr { border-bottom: 1px solid var(--line); padding: .4rem 0; }
}
@media print { .row { break-inside: avoid; } }
"""
