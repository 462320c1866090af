/** The page's own style: nothing is loaded, light and dark follow the reader, wide tables scroll by themselves on a phone. */
export const STYLE = `
:root{color-scheme:light dark;--line:#8884;--soft:#8881;--good:#197a3d;--bad:#c62f2f;--maybe:#9a6700;font:16px/1.5 system-ui,sans-serif}
@media (prefers-color-scheme:dark){:root{--good:#56d364;--bad:#ff7b72;--maybe:#e3b341}}
body{max-width:64rem;margin:0 auto;padding:1rem 1rem 3rem;overflow-wrap:break-word}
h1{font-size:1.6rem;margin:.5rem 0}h2{font-size:1.2rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--line)}p,ul{margin:.5rem 0}
.pass{color:var(--good)}.blocked{color:var(--bad)}.unknown{color:var(--maybe)}
.wide{overflow-x:auto}table{border-collapse:collapse}th,td{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
code,pre{font:.85em/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}code{background:var(--soft);padding:.1em .3em;border-radius:4px;overflow-wrap:anywhere}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--soft);padding:.7rem;border-radius:6px}
details{margin:.6rem 0;border:1px solid var(--line);border-radius:6px;padding:.5rem .8rem}details.blocking{border-left:4px solid var(--bad)}
summary{cursor:pointer}small{opacity:.75}`;
