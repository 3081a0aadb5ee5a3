"""The plot: one small panel per shape of load, one bar per contestant, drawn by gnuplot."""

import shutil
import subprocess

from harness.contestants import LABELS, WEFT, YARDSTICK
from harness.rows import SHAPES

PANELS = [(f"echo_{shape.key}", f"echo, {shape.title}") for shape in SHAPES]
PANELS.append(("churn", "connect, one echo, close"))


def _quoted(text):
    return '"' + text.replace('"', "'") + '"'


def _panel(results, key, title):
    """The gnuplot commands of one panel, or nothing when it was not measured."""
    bars = [(LABELS[name], name,
             results.median_ratio(key, name, "requests_per_second"),
             results.median_ratio(key, name, "server_cpu_us_per_request", less_is_better=True))
            for name in LABELS if name in results.runs.get(key, {})]
    bars = [bar for bar in bars if bar[2] is not None and bar[3] is not None]
    if not bars:
        return ""
    rows = []
    for place, (label, name, rate, cpu) in enumerate(reversed(bars)):
        colour = {WEFT: "0x5b9bd5", YARDSTICK: "0x888888"}.get(name, "0xbcd0e0")
        rows.append(f"{_quoted(label)} {place} {rate:.3f} {cpu:.3f} {colour}")
    data = "\n".join(rows)
    block = f"$panel_{key}"
    return f"""
{block} << END
{data}
END
set title {_quoted(title)}
set yrange [-0.7:{len(bars) - 0.3}]
plot {block} using (0):2:(0):3:($2-0.38):($2+0.38):5:ytic(1) \\
         with boxxyerror fillstyle solid noborder linecolor rgb variable notitle, \\
     {block} using 4:2 with points pointtype 7 pointsize 0.7 linecolor rgb 0xc0392b notitle, \\
     {block} using (0.03):2:(sprintf("%.2f", $3)) with labels left font ",8" notitle
"""


def draw(results, path):
    """Writes the plot; returns why not, or None when it was written."""
    gnuplot = shutil.which("gnuplot")
    if not gnuplot:
        return "gnuplot is not installed (gnuplot-nox)"
    panels = [panel for key, title in PANELS if (panel := _panel(results, key, title))]
    if not panels:
        return "no echo row was measured"
    script = f"""
set terminal pngcairo size 1200,720 font "Sans,9"
set output {_quoted(str(path))}
set encoding utf8
set multiplot layout 2,3 title "Beside a raw epoll loop (1.00), more is better\\n\
bars: requests per second; dots: requests per CPU time of the server" font "Sans,11"
set xrange [0:1.25]
set xtics 0.25
set ytics scale 0
set grid xtics linecolor rgb 0xdddddd
set border 1 linecolor rgb 0x888888
set arrow 1 from 1, graph 0 to 1, graph 1 nohead linecolor rgb 0x444444 front
{"".join(panels)}
unset multiplot
"""
    done = subprocess.run([gnuplot], input=script, capture_output=True, text=True, timeout=60)
    return None if done.returncode == 0 else f"gnuplot: {done.stderr.strip()}"
