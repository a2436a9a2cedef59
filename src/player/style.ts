/**
 * The player's looks. A site changes them by custom properties, `--treecast-` and one of the names below or `font` or
 * `radius`, and by `::part()`s.
 */

const NAMES = 'accent,accent-text,text,quiet,background,line,alarm,c0,c1,c2,c3'.split(',')

const SYSTEM = ['Highlight', 'HighlightText', 'CanvasText', 'CanvasText', 'Canvas']

/** Contrast with the background: text at least 4.5, lines of the tree (c0…c3) at least 3 (WCAG 2.2, 1.4.3 and 1.4.11). */
const LIGHT = palette('#14735a,#fff,#16191d,#5b636d,#fff,#dde1e6,#c1123a,#0b63a5,#b84a00,#0a7d5a,#8f3a8a')
const DARK = palette(
  '#4fc79b,#08241a,#eef1f4,#a2abb5,#181b1f,#343a42,#ff8095,#6bb8f5,#f5a35c,#4fc79b,#dd93d8'
)

/** The system's colours, where the visitor forces them: above whatever the site says. */
const FORCED = NAMES.map((name, i) => `--${name}:${SYSTEM[i] ?? 'CanvasText'}!important;`).join('')

export const STYLE = `
:host{${LIGHT}--font:var(--treecast-font,system-ui,sans-serif);
display:block;box-sizing:border-box;max-width:40rem;background:var(--background);color:var(--text);
border:1px solid var(--line);border-radius:var(--treecast-radius,14px);font:.9375rem/1.4 var(--font);overflow-wrap:anywhere}
@media(prefers-color-scheme:dark){:host(:not([theme=light])){${DARK}}}
:host([theme=dark]){${DARK}}
@media(forced-colors:active){:host{${FORCED}}.share *{forced-color-adjust:none}}
:host(:not([controls])),[hidden]{display:none!important}
*{box-sizing:border-box;margin:0}
[part=bar],[part=notice],[part=level],[part=title],[part=past],.columns{display:flex;gap:.5rem .75rem}
[part=bar],[part=notice],[part=level],[part=title],[part=past]{align-items:center}
[part=bar],[part=notice],.columns{flex-wrap:wrap}
[part=bar],[part=notice],[part=panel]{padding:.75rem}
[part=notice],[part=panel]{border-top:1px solid var(--line)}
[part=past]{flex-wrap:wrap;padding:0 .75rem .5rem .5rem;gap:.5rem;color:var(--quiet);font-size:.8125rem;font-variant-numeric:tabular-nums}
[part=seek]{flex:1 0 8rem;accent-color:var(--accent)}
[part=edge]{margin-left:auto;height:2rem;color:var(--text);border-color:var(--line)}
[part=titles]{flex:3 1 11rem;min-width:0}
b,caption,[part=title]{font-weight:600}
[part=title] :first-child,[part=state]{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
[part=state],.quiet,dt,th{color:var(--quiet)}
[part=state],[part=panel]{font-size:.8125rem}
[part=live]{flex:none;padding:0 .4375rem;border:1px solid;border-radius:1rem;color:var(--alarm);
font-size:.625rem;letter-spacing:.08em;text-transform:uppercase}
[part=level]{flex:1 0 9rem;gap:.25rem}
button{font:inherit;color:inherit;background:none;border:1px solid transparent;border-radius:.625rem;cursor:pointer;
height:2.5rem;padding:0 .875rem}
button svg{display:block;height:100%;width:1.375rem;margin:auto;fill:currentColor;stroke:currentColor;
stroke-width:1.75;stroke-linecap:round;stroke-linejoin:round}
.open,[part=tree] path{fill:none}
[part~=icon]{width:2.5rem;padding:0;color:var(--quiet)}
[part~=icon]:hover,[aria-expanded=true]{color:var(--text)}
[part=play]{position:relative;width:3rem;height:3rem;padding:0;border-radius:50%}
[part=play],[part=yes]{background:var(--accent);color:var(--accent-text)}
[part=no]{border-color:var(--line)}
.busy::after{content:"";position:absolute;inset:-5px;border:2px solid var(--accent);border-right-color:transparent;
border-radius:50%;animation:turn 1s linear infinite}
@keyframes turn{to{rotate:1turn}}
@media(prefers-reduced-motion){.busy::after{animation:none}}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
input{flex:1;min-width:0;height:2rem;accent-color:var(--quiet)}
[part=notice] p{flex:99 1 15rem}
[part=notice] button{flex:1 0 auto}
[part=notice] b{display:block}
.alarm b{font-weight:400;color:var(--alarm)}
.quiet::first-letter{text-transform:uppercase}
[part=panel] b{font-size:1.25rem}
.share{height:.375rem;margin:.375rem 0 .75rem;border-radius:1rem;background:var(--line);overflow:hidden}
.share *{display:block;height:100%;background:var(--accent)}
dl,[part=tree]{flex:1 1 15rem}
dl{display:grid;grid-template-columns:auto 1fr;align-content:start;gap:.25rem .75rem}
dd,tr>:last-child{text-align:right;font-variant-numeric:tabular-nums}
[part=tree]{max-width:22rem;margin:auto}
[part=tree] path{stroke-width:2}
.c0{stroke:var(--c0)}.c1{stroke:var(--c1)}.c2{stroke:var(--c2)}.c3{stroke:var(--c3)}
.d1{stroke-dasharray:7 3}.d2{stroke-dasharray:2 3}.d3{stroke-dasharray:8 3 2 3}
rect{fill:var(--background);stroke:var(--line)}
rect.origin{stroke:var(--accent)}
rect.you{fill:var(--accent)}
text{fill:var(--text);font:11px var(--font);text-anchor:middle}
text.you{fill:var(--accent-text)}
.number{paint-order:stroke;stroke:var(--background);stroke-width:4px}
table{width:100%;table-layout:fixed;margin-top:.75rem;border-collapse:collapse;text-align:left}
caption{text-align:left}
th{font-weight:400;width:30%}
th:first-child,th:last-child{width:20%}
th,td{padding:.1875rem 0;border-bottom:1px solid var(--line)}
[part=sharing]{margin-top:.75rem}
.heard{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
`

function palette(colours: string): string {
  return colours
    .split(',')
    .map((colour, i) => `--${NAMES[i]!}:var(--treecast-${NAMES[i]!},${colour});`)
    .join('')
}
