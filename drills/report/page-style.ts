/**
 * The report's styles. Colours have names by meaning and two sets of values, light and dark; the picture's
 * classes take theirs from here. Regions differ by hue and by place, outcomes by place and pattern as well.
 */
const LIGHT = `
  --ground: #f7f5f0; --card: #fffdf9; --ink: #1b1d24; --quiet: #5d606b; --hair: #dedacf; --grid: #e7e3d9;
  --good: #12713f; --good-ground: #e0f1e4; --bad: #b01f24; --bad-ground: #fbe5e1;
  --ok: #4f83b8; --refused: #b8740a; --refused-ground: #f6dfae; --failed: #c4262c; --outage: #c4262c12;
  --lost: #7d54b3; --survivor: #0b7d78; --on-band: #ffffff; --lag: #a24a00; --unknown: #9b988f;
  --phase-detect: #274b74; --phase-decide: #5b4b9a; --phase-promote: #0b6e69; --phase-redirect: #8a5a12; --phase-recover: #3b6b2c;`;

const DARK = `
  --ground: #14161b; --card: #1c1f26; --ink: #eceae4; --quiet: #a5a6ad; --hair: #363a44; --grid: #2b2f38;
  --good: #6fd39a; --good-ground: #153525; --bad: #ff8a80; --bad-ground: #46191a;
  --ok: #6ea6dd; --refused: #f0b445; --refused-ground: #5c4312; --failed: #ff6b64; --outage: #ff6b6414;
  --lost: #b794e8; --survivor: #4cc5bd; --on-band: #10131a; --lag: #f2a365; --unknown: #767a85;
  --phase-detect: #8fb8e6; --phase-decide: #b9a9f2; --phase-promote: #5fc9c1; --phase-redirect: #e3b25f; --phase-recover: #97cf83;`;

const PAGE = `
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif; }
main { max-width: 1312px; margin: 0 auto; padding: 28px 24px 64px; }
h1, h2, p { margin: 0; }
h2 { font-size: 1.35rem; line-height: 1.25; margin: 0 0 4px; }
.overline { color: var(--quiet); display: flex; flex-wrap: wrap; gap: 4px 22px; margin-bottom: 14px; }
.overline b { color: var(--ink); }
.verdict { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 36px; border-radius: 14px; padding: 20px 30px; }
.verdict h1 { font-size: clamp(3rem, 8.5vw, 6.4rem); line-height: 1; letter-spacing: -.02em; font-weight: 800; white-space: nowrap; }
.verdict p { flex: 1 1 22rem; font-size: clamp(1.15rem, 1.9vw, 1.55rem); line-height: 1.35; }
.passed { background: var(--good-ground); border: 2px solid var(--good); } .passed h1 { color: var(--good); }
.failed { background: var(--bad-ground); border: 2px solid var(--bad); } .failed h1 { color: var(--bad); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(224px, 1fr)); gap: 14px; margin: 14px 0 34px; }
.tile { background: var(--card); border: 1px solid var(--hair); border-radius: 12px; padding: 14px 18px 16px; }
.tile dt { color: var(--quiet); font-weight: 600; display: flex; justify-content: space-between; gap: 8px; }
.tile dd { margin: 0; }
.figure { font-size: clamp(2.3rem, 3.7vw, 3.3rem); line-height: 1.15; font-weight: 750; letter-spacing: -.02em; font-variant-numeric: tabular-nums; white-space: nowrap; }
.figure small { font-size: .45em; font-weight: 600; color: var(--quiet); letter-spacing: 0; }
.tile .of { color: var(--quiet); }
.meter { display: block; height: 10px; margin: 4px 0 7px; border-radius: 5px; background: var(--grid); overflow: hidden; }
.meter i { display: block; height: 100%; background: var(--good); border-radius: 5px; }
.meter.over i { background: repeating-linear-gradient(45deg, var(--bad) 0 7px, var(--bad-ground) 7px 10px); }
.good { color: var(--good); white-space: nowrap; } .bad { color: var(--bad); white-space: nowrap; }
section { background: var(--card); border: 1px solid var(--hair); border-radius: 12px; padding: 20px 22px; margin: 0 0 18px; }
section > p { color: var(--quiet); }
.whole { white-space: nowrap; }
.note { color: var(--quiet); max-width: 74em; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin-top: 6px; font-size: .94rem; }
caption { text-align: left; color: var(--quiet); padding-bottom: 6px; }
th, td { text-align: left; vertical-align: top; padding: 5px 14px 5px 0; border-top: 1px solid var(--hair); overflow-wrap: anywhere; }
thead .mono { font: inherit; font-weight: 600; }
thead th { border-top: 0; color: var(--quiet); font-weight: 600; overflow-wrap: normal; }
tbody th { font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.mono { font-family: ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace; font-size: .92em; }
.bar { position: relative; display: block; min-width: 180px; height: 18px; margin-top: 3px; background: var(--grid); border-radius: 4px; }
.bar i { position: absolute; top: 0; bottom: 0; left: 0; }
.bar .took { background: var(--ok); border-radius: 4px; }
.bar .took.over { background: repeating-linear-gradient(45deg, var(--bad) 0 7px, var(--bad-ground) 7px 10px); }
.bar .allowed { width: 0; border-left: 3px solid var(--ink); top: -3px; bottom: -3px; }
details > summary { cursor: pointer; color: var(--quiet); margin-top: 10px; }
.more { color: var(--quiet); margin-top: 8px; }
.events td:nth-child(2), .events td:nth-child(3) { white-space: nowrap; }
.events td:nth-child(5) { color: var(--quiet); min-width: 18em; }`;

const PICTURE = `
.picture { display: block; width: 100%; min-width: 980px; height: auto; margin-top: 10px; font-size: 12.5px; }
.picture text { fill: var(--ink); }
.picture path { fill: none; }
.lane-title { font-weight: 700; font-size: 14.5px; }
.picture .lane-note, .picture .axis { fill: var(--quiet); font-size: 12px; font-variant-numeric: tabular-nums; }
.picture .lane-note.mono { font-size: 12px; }
.picture .strong { fill: var(--ink); font-weight: 700; }
.picture .key-ok { fill: var(--ok); font-weight: 700; } .picture .key-refused { fill: var(--refused); font-weight: 700; } .picture .key-failed { fill: var(--failed); font-weight: 700; }
.grid { stroke: var(--grid); } .base { stroke: var(--quiet); stroke-width: 1; }
.limit { stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 2 4; }
.picture .ok { fill: var(--ok); } .picture .failed { fill: var(--failed); }
.hatch-ground { fill: var(--refused-ground); } .hatch { fill: var(--refused); } .unknown { fill: var(--unknown); }
.outage { fill: var(--outage); }
.band-lost { fill: var(--lost); } .band-survivor { fill: var(--survivor); } .band-ground { fill: var(--card); }
.band-label { font-weight: 700; font-size: 12.5px; } .picture .on-band { fill: var(--on-band); }
.halo { paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round; }
.lag { stroke: var(--lag); stroke-width: 1.8; stroke-linejoin: round; stroke-linecap: round; }
.tasks-lost, .tasks-survivor { stroke-width: 2.4; } .tasks-lost { stroke: var(--lost); stroke-dasharray: 6 4; } .tasks-survivor { stroke: var(--survivor); }
.count { font-weight: 700; } .picture .count-lost { fill: var(--lost); } .picture .count-survivor { fill: var(--survivor); }
.phase-detect { fill: var(--phase-detect); } .phase-decide { fill: var(--phase-decide); } .phase-promote { fill: var(--phase-promote); } .phase-redirect { fill: var(--phase-redirect); } .phase-recover { fill: var(--phase-recover); }
.phase.given { fill-opacity: .16; stroke: var(--quiet); stroke-width: .75; } .phase.over { stroke: var(--bad); stroke-width: 3; }
.picture .phase-label { fill: var(--on-band); font-weight: 700; font-size: 12.5px; } .picture .phase-label.quiet { fill: var(--ink); font-weight: 500; }
.mark { stroke: var(--ink); stroke-width: 1.2; stroke-dasharray: 5 3; } .mark-loss { stroke: var(--failed); stroke-width: 2.4; stroke-dasharray: none; } .mark-recovered, .mark-returned { stroke: var(--good); stroke-width: 2.4; stroke-dasharray: none; }
.mark-label { font-size: 13px; font-weight: 600; } .picture .label-loss { fill: var(--failed); font-weight: 800; } .picture .label-recovered, .picture .label-returned { fill: var(--good); font-weight: 800; }
.hit { fill: transparent; } .hit:hover { fill: var(--ink); fill-opacity: .08; }`;

const PRINT = `
@media print {
  body { background: none; font-size: 11px; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  main { max-width: none; padding: 0; } section { break-inside: auto; border: 0; padding: 8px 0; }
  .picture { min-width: 0; break-inside: avoid; } .scroll { overflow: visible; } tr { break-inside: avoid; }
  .verdict, .tile { break-inside: avoid; } .hit { display: none; }
}
@page { size: A4 landscape; margin: 12mm; }`;

export const PAGE_STYLE = `:root { color-scheme: light dark; ${LIGHT} }
@media screen and (prefers-color-scheme: dark) { :root { ${DARK} } }
${PAGE}${PICTURE}${PRINT}`;
