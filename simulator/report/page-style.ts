// The page's styles, in the manner of the drill's report: colours named by meaning, one set for light and one for dark
// grounds. Series and outcomes differ by pattern, shape or words as well.

const LIGHT = `
  --ground: #f7f5f0; --card: #fffdf9; --ink: #1b1d24; --quiet: #5d606b; --hair: #dedacf; --grid: #e7e3d9;
  --good: #12713f; --good-ground: #e0f1e4; --bad: #b01f24; --bad-ground: #fbe5e1;
  --first: #4f83b8; --second: #8a3ab0; --third: #0b7d78; --fault: #b8740a; --fault-ground: #f6dfae; --move: #0b7d78; --lane: #f3f0e8;`;

const DARK = `
  --ground: #14161b; --card: #1c1f26; --ink: #eceae4; --quiet: #a5a6ad; --hair: #363a44; --grid: #2b2f38;
  --good: #6fd39a; --good-ground: #153525; --bad: #ff8a80; --bad-ground: #46191a;
  --first: #6ea6dd; --second: #d79bf5; --third: #4cc5bd; --fault: #f0b445; --fault-ground: #5c4312; --move: #4cc5bd; --lane: #20242c;`;

const PAGE = `
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif; }
main { max-width: 1312px; margin: 0 auto; padding: 28px 24px 64px; }
h1, h2, h3, p { margin: 0; }
h2 { font-size: 1.35rem; line-height: 1.25; margin: 0 0 4px; }
h3 { font-size: 1.08rem; margin: 4px 0; }
.overline { color: var(--quiet); margin-bottom: 14px; }
.overline b { color: var(--ink); }
.verdict { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 36px; border-radius: 14px; padding: 18px 30px; margin-bottom: 14px; }
.verdict h1, .verdict h2 { font-size: clamp(2.4rem, 6vw, 4.6rem); line-height: 1; letter-spacing: -.02em; font-weight: 800; white-space: nowrap; margin: 0; }
.verdict p { flex: 1 1 24rem; font-size: clamp(1.05rem, 1.6vw, 1.3rem); line-height: 1.4; }
.verdict small { display: block; color: var(--quiet); font-size: .95rem; }
.safe { background: var(--good-ground); border: 2px solid var(--good); } .safe h1, .safe h2 { color: var(--good); }
.violated { background: var(--bad-ground); border: 2px solid var(--bad); } .violated h1, .violated h2 { color: var(--bad); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(208px, 1fr)); gap: 14px; margin: 0 0 20px; }
.tile { background: var(--card); border: 1px solid var(--hair); border-radius: 12px; padding: 14px 18px 16px; }
.tile dt { color: var(--quiet); font-weight: 600; display: flex; justify-content: space-between; gap: 8px; }
.tile dd { margin: 0; }
.tile .of { color: var(--quiet); }
.figure { font-size: clamp(1.9rem, 3vw, 2.7rem); line-height: 1.2; font-weight: 750; letter-spacing: -.02em; font-variant-numeric: tabular-nums; white-space: nowrap; }
.good { color: var(--good); white-space: nowrap; } .bad { color: var(--bad); white-space: nowrap; }
section { background: var(--card); border: 1px solid var(--hair); border-radius: 12px; padding: 20px 22px; margin: 0 0 18px; }
section > p, .note { color: var(--quiet); max-width: 78em; }
.grid2 { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 520px), 1fr)); gap: 14px 26px; }
figure { margin: 8px 0; min-width: 0; } figcaption { font-weight: 700; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin-top: 6px; font-size: .94rem; }
caption { text-align: left; color: var(--quiet); padding-bottom: 6px; }
th, td { text-align: left; vertical-align: top; padding: 5px 14px 5px 0; border-top: 1px solid var(--hair); overflow-wrap: anywhere; }
thead th { border-top: 0; color: var(--quiet); font-weight: 600; }
tbody th { font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.mono, code { font-family: ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace; font-size: .92em; }
code { overflow-wrap: anywhere; }
details > summary { cursor: pointer; color: var(--quiet); margin-top: 8px; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 22px; margin: 6px 0 2px; padding: 0; color: var(--quiet); }
.shape { width: 28px; height: 16px; vertical-align: -2px; }`;

const PICTURE = `
.picture { display: block; width: 100%; height: auto; margin-top: 4px; font-size: 12px; }
.wide .picture { min-width: 940px; }
.picture text { fill: var(--ink); }
.picture .axis { fill: var(--quiet); font-size: 12px; font-variant-numeric: tabular-nums; }
.picture .strong { fill: var(--ink); font-weight: 700; }
.grid { stroke: var(--grid); fill: none; } .base { stroke: var(--quiet); fill: none; }
.limit { stroke: var(--ink); stroke-width: 2; stroke-dasharray: 2 4; fill: none; }
.bar-first { fill: var(--first); }
.over { fill: var(--bad); } .over-ground { fill: var(--bad-ground); } .bar-over { stroke: var(--bad); stroke-width: .7; }
.steps { fill: none; stroke-width: 2.2; stroke-linejoin: round; }
.steps-1 { stroke: var(--second); } .steps-2 { stroke: var(--third); stroke-dasharray: 6 3; } .steps-3 { stroke: var(--fault); stroke-dasharray: 2 3; }
.mark { stroke: var(--card); stroke-width: 1; fill: var(--quiet); } .mark-0 { fill: var(--first); } .mark-1 { fill: var(--second); } .mark-2 { fill: var(--third); } .mark-3 { fill: var(--fault); }
.lane-title { font-weight: 700; font-size: 13px; } .lane-ground { fill: var(--lane); fill-opacity: .6; }
.halo { paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round; }
.span-label { font-weight: 650; } .mark-label { font-size: 12px; }
.fault { fill: var(--fault); fill-opacity: .55; } .fault-ground { fill: var(--fault-ground); } .span-fault { stroke: var(--fault); }
.outage { fill: var(--bad); fill-opacity: .75; } .outage-ground { fill: var(--bad-ground); } .span-outage { stroke: var(--bad); }
.span-phase { fill: var(--first); stroke: var(--card); stroke-width: 2; fill-opacity: .55; } .span-move { fill: var(--move); fill-opacity: .6; stroke: var(--move); }
.mark-event { stroke: var(--ink); stroke-width: 1.6; fill: none; } .mark-fault { fill: var(--fault); stroke: var(--ink); } .mark-violation { fill: var(--bad); stroke: var(--ink); }
.moment { stroke: var(--ink); stroke-width: 1.4; stroke-dasharray: 5 3; fill: none; } .moment-loss { stroke: var(--bad); stroke-width: 2.2; stroke-dasharray: none; } .moment-back { stroke: var(--good); stroke-width: 2.2; stroke-dasharray: none; }`;

const PRINT = `
@media print {
  body { background: none; font-size: 11px; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  main { max-width: none; padding: 0; } section { border: 0; padding: 8px 0; } .scroll { overflow: visible; }
  .wide .picture { min-width: 0; } .picture, tr, .tile, .verdict { break-inside: avoid; }
}
@page { size: A4 landscape; margin: 12mm; }`;

export const PAGE_STYLE = `:root { color-scheme: light dark; ${LIGHT} }
@media screen and (prefers-color-scheme: dark) { :root { ${DARK} } }
${PAGE}${PICTURE}${PRINT}`;
