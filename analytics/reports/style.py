"""The HTML report's style: the dashboard's colours, light, dark, and light on paper."""

_LIGHT = """
  --bg: #f3f5f8; --panel: #ffffff; --line: #d5dce4; --soft: #e8ecf1; --text: #17212c; --muted: #566474;
  --accent: #1f5fce; --up: #07805a; --down: #c4283b; --zero: #8a98a7; --up-rgb: 7 128 90; --down-rgb: 196 40 59;
"""
_DARK = """
  --bg: #0d1117; --panel: #141a22; --line: #27313d; --soft: #1d2630; --text: #e3e9f0; --muted: #93a1b1;
  --accent: #6ea8fe; --up: #3ecf9a; --down: #f4737f; --zero: #5c6b7b; --up-rgb: 62 207 154; --down-rgb: 244 115 127;
"""
_HEAT = "".join(
    f".{side}{depth} {{ background: rgb(var(--{side}-rgb) / {percent}%); }}\n"
    for side in ("up", "down")
    for depth, percent in enumerate((8, 16, 26, 38, 52), start=1)
)

STYLE = f""":root {{ color-scheme: light dark; {_LIGHT} }}
@media screen and (prefers-color-scheme: dark) {{ :root {{ {_DARK} }} }}
* {{ box-sizing: border-box; }}
body {{ margin: 0; background: var(--bg); color: var(--text);
  font: 14px/1.45 Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif; }}
main {{ max-width: 1120px; margin: 0 auto; padding: 32px 24px; }}
header {{ display: flex; flex-wrap: wrap; gap: 16px 32px; justify-content: space-between; align-items: end;
  padding-bottom: 18px; border-bottom: 2px solid var(--accent); }}
h1 {{ margin: 0; font-size: 26px; line-height: 1.2; letter-spacing: -0.01em; overflow-wrap: anywhere; }}
header p {{ margin: 4px 0 0; color: var(--muted); overflow-wrap: anywhere; }}
header dl {{ display: grid; grid-template-columns: auto auto; gap: 2px 12px; margin: 0; font-size: 12.5px; }}
dt {{ color: var(--muted); }}
dd {{ margin: 0; font-variant-numeric: tabular-nums; }}
h2 {{ margin: 36px 0 12px; font-size: 16px; }}
.notes {{ margin: 16px 0 0; padding: 10px 14px 10px 30px; border: 1px solid var(--line); border-radius: 8px;
  background: var(--panel); color: var(--muted); }}
.cards {{ display: grid; grid-template-columns: repeat(4, 1fr); gap: 12px; margin-top: 20px; }}
.card, figure, .table {{ background: var(--panel); border: 1px solid var(--line); border-radius: 8px; }}
.card {{ padding: 12px 14px; display: flex; flex-direction: column; gap: 2px; }}
.card span, .card small, figcaption {{ color: var(--muted); font-size: 12.5px; }}
.card strong {{ font-size: 21px; line-height: 1.25; font-weight: 650; font-variant-numeric: tabular-nums; }}
.charts {{ display: grid; grid-template-columns: 1fr 1fr; gap: 12px; }}
figure {{ margin: 0; padding: 12px 14px 8px; min-width: 0; }}
figure.wide {{ grid-column: 1 / -1; }}
figcaption {{ margin-bottom: 6px; }}
svg {{ display: block; width: 100%; height: auto; overflow: visible; }}
svg text {{ fill: var(--muted); font-size: 10px; font-variant-numeric: tabular-nums; }}
svg .middle {{ text-anchor: middle; }}
svg .end {{ text-anchor: end; }}
svg line {{ stroke: var(--soft); stroke-width: 1; }}
svg line.zero {{ stroke: var(--zero); }}
svg polyline {{ fill: none; stroke: var(--accent); stroke-width: 1.5; stroke-linejoin: round; }}
svg polyline.down {{ stroke: var(--down); }}
svg polyline.muted {{ stroke: var(--muted); }}
svg polyline.dashed {{ stroke-width: 1; stroke-dasharray: 3 3; }}
svg polygon {{ fill: var(--accent); opacity: 0.13; }}
svg polygon.down {{ fill: var(--down); opacity: 0.2; }}
svg rect {{ fill: var(--accent); }}
svg rect.up {{ fill: var(--up); }}
svg rect.down {{ fill: var(--down); }}
.tables {{ display: grid; gap: 12px; }}
.charts + .tables {{ margin-top: 12px; }}
.tables.narrow {{ grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); align-items: start; }}
.table {{ overflow-x: auto; padding: 4px 0; }}
.table p {{ margin: 6px 14px; color: var(--muted); font-size: 12.5px; }}
table {{ border-collapse: collapse; width: 100%; font-size: 13px; }}
table.even {{ table-layout: fixed; }}
table.even th:first-child {{ width: 28%; }}
caption {{ padding: 8px 14px 6px; text-align: left; font-weight: 600; }}
th, td {{ padding: 5px 8px; text-align: left; border-top: 1px solid var(--soft); }}
th:first-child, td:first-child {{ padding-left: 14px; }}
th:last-child, td:last-child {{ padding-right: 14px; }}
td {{ overflow-wrap: anywhere; }}
th {{ color: var(--muted); font-weight: 500; border-top: 0; white-space: nowrap; }}
.n {{ text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }}
td span[class] {{ border-radius: 4px; padding: 2px 5px; margin: 0 -5px; }}
.up {{ color: var(--up); }}
.down {{ color: var(--down); }}
{_HEAT}footer {{ display: flex; gap: 24px; justify-content: space-between; margin-top: 36px; padding-top: 12px;
  border-top: 1px solid var(--line); color: var(--muted); font-size: 12px; }}
footer p {{ margin: 0; }}
@media screen and (max-width: 760px) {{
  .cards {{ grid-template-columns: repeat(2, 1fr); }}
  .charts {{ grid-template-columns: 1fr; }}
}}
@media print {{
  @page {{ size: A4; margin: 14mm; }}
  body {{ background: none; font-size: 11px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }}
  main {{ max-width: none; padding: 0; }}
  table {{ font-size: 10px; }}
  th, td {{ padding: 3px 5px; }}
  .card, figure, tr {{ break-inside: avoid; }}
  h2 {{ break-after: avoid; }}
  .tables.narrow {{ grid-template-columns: repeat(3, 1fr); }}
}}
"""
