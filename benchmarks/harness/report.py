"""The report as text for a terminal and as Markdown."""

from harness.tables import TABLES, fill


def _grids(results):
    return [grid for table in TABLES if (grid := fill(table, results))]


def _in_columns(grid):
    rows = [grid.header, *grid.rows]
    widths = [max(map(len, column)) for column in zip(*rows)]
    for first, *others in rows:
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(others, widths[1:])]
        yield "  ".join(cells).rstrip()


def as_text(results):
    blocks = []
    for grid in _grids(results):
        blocks.append("\n".join([grid.title, "", *_in_columns(grid)]))
    if results.failures:
        blocks.append("\n".join(["Runs that failed", "", *results.failures]))
    return "\n\n\n".join(blocks)


def _markdown_row(cells):
    return f"| {' | '.join(cells)} |"


def _markdown_grid(grid):
    yield f"## {grid.title}"
    yield ""
    yield _markdown_row(grid.header)
    yield _markdown_row([":--"] + ["--:"] * (len(grid.header) - 1))
    for row in grid.rows:
        yield _markdown_row(row)
    yield ""


def as_markdown(results, machine, rounds, not_built, plot):
    lines = ["# Results", "", "Written by `./dev bench`; what is measured and how stands in "
             "[README.md](README.md). Medians of "
             f"{rounds} interleaved rounds; ratios are formed within a round, and more is better.",
             ""]
    lines += [f"- {line}" for line in machine]
    lines.append("")
    if plot:
        lines += [f"![Weft and its peers beside a raw epoll loop]({plot})", ""]
    for grid in _grids(results):
        lines += _markdown_grid(grid)
    if not_built:
        lines += ["## Not built", "", *(f"- {line}" for line in not_built), ""]
    if results.failures:
        lines += ["## Runs that failed", "", *(f"- {line}" for line in results.failures), ""]
    return "\n".join(lines)
