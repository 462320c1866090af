/** The page's own style: nothing is loaded, light and dark follow the reader, wide tables scroll by themselves on a phone. */
export const STYLE = `
:root{color-scheme:light dark;--line:#8884;--soft:#8881;--good:#197a3d;--bad:#c62f2f;--maybe:#9a6700;--c0:#0b6bcb;--c1:#c2410c;--c2:#15803d;--c3:#9333ea;--c4:#0e7490;--c5:#be185d;font:16px/1.5 system-ui,sans-serif}
@media (prefers-color-scheme:dark){:root{--good:#56d364;--bad:#ff7b72;--maybe:#e3b341;--c0:#6cb6ff;--c1:#f69d50;--c2:#6bc46d;--c3:#c297ff;--c4:#56c8d8;--c5:#ff80b5}}
body{max-width:64rem;margin:0 auto;padding:1rem 1rem 3rem;overflow-wrap:break-word}
h1{font-size:1.7rem;margin:.5rem 0}h2{font-size:1.25rem;margin:2.2rem 0 .6rem;border-bottom:1px solid var(--line)}p,ul{margin:.5rem 0}.equation{font-size:1.1rem}
.pass{color:var(--good)}.blocked{color:var(--bad)}.unknown{color:var(--maybe)}
.skip,.aside{position:absolute;left:-9999px}.skip:focus{position:static}
.strip,nav ul,.legend{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.4rem .8rem}.strip li{border:1px solid var(--line);border-radius:1rem;padding:.1rem .8rem;font-weight:600}nav{border-block:1px solid var(--line);font-size:.9rem}
.wide{overflow-x:auto}table{border-collapse:collapse}caption{position:absolute;left:-9999px}th,td{text-align:left;padding:.3rem .9rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}tbody th{font-weight:500}
code,pre{font:.85em/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}code{background:var(--soft);padding:.1em .3em;border-radius:4px;overflow-wrap:anywhere}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--soft);padding:.7rem;border-radius:6px;max-height:24rem;overflow-y:auto}
details{margin:.6rem 0}.finding{border:1px solid var(--line);border-radius:6px;padding:.5rem .8rem}.finding.blocking{border-left:4px solid var(--bad)}summary{cursor:pointer}small{opacity:.8}
.tag{font-size:.8em;font-weight:700;border-radius:4px;padding:.05em .4em;border:1px solid currentColor}.P0{color:var(--bad)}.P1{color:var(--maybe)}
dl{display:grid;grid-template-columns:6.5rem 1fr;gap:.3rem .8rem;margin:.6rem 0}dt{font-weight:600}dd{margin:0;min-width:0}dd ul{margin:0;padding-left:1.1rem}
@media (max-width:36rem){dl{grid-template-columns:1fr}dt{margin-top:.3rem}}
figure{margin:1.2rem 0}figcaption{font-weight:600}.chart{width:100%;height:auto;font:11px system-ui,sans-serif;fill:currentColor}
.line{fill:none;stroke-width:1.8;stroke-linejoin:round}.c0{stroke:var(--c0)}.c1{stroke:var(--c1)}.c2{stroke:var(--c2)}.c3{stroke:var(--c3)}.c4{stroke:var(--c4)}.c5{stroke:var(--c5)}
.rule path{stroke:var(--line);fill:none}.rule text{opacity:.75}.limit path{stroke:var(--bad);stroke-dasharray:5 4;fill:none}.limit text{fill:var(--bad)}
.band rect{fill:var(--soft)}.band.fault rect{fill:var(--bad);opacity:.13}.band.recovery rect{fill:var(--maybe);opacity:.13}.band text{opacity:.75}
.bar rect{fill:var(--good)}.bar.bad rect{fill:var(--bad)}.bar.maybe rect{fill:var(--maybe)}.lane{font-weight:600}.on{fill:Canvas}.legend{font-size:.9rem}
@media print{nav,.skip{display:none}details{break-inside:avoid}pre{max-height:none}:root{color-scheme:light}}`;
