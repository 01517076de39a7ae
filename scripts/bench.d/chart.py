"""A bar chart as SVG: panels one below the other, each with its own scale."""

from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, MARGIN, LABELS, FIGURES = 720, 20, 130, 110
BAR, BETWEEN, TITLE = 11, 7, 34
# Few processes light, many dark; the one that all is about has a colour.
GREYS, COLOURS = ["#c8ccd2", "#868e99"], ["#f2c49b", "#d9752b"]


@dataclass
class Bars:
    label: str
    # Number of processes and value of each bar.
    values: list
    highlighted: bool = False


@dataclass
class Panel:
    title: str
    bars: list


def svg(title, caption, panels):
    parts, y = [text(MARGIN, 28, title, size=17, weight="bold"), text(MARGIN, 46, caption)], 58
    for panel in panels:
        drawn, y = drawn_panel(panel, y)
        parts += drawn
    height = y + MARGIN
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
        f' font-family="sans-serif" font-size="12" fill="#24292f">\n<rect width="100%" height="100%" fill="white"/>\n'
        f"{body}\n</svg>\n"
    )


def drawn_panel(panel, y):
    """Its elements, and where the next one may begin."""
    parts = [text(MARGIN, y + 22, panel.title, weight="bold")]
    y += TITLE
    highest = max((value for bars in panel.bars for _, value in bars.values), default=0) or 1
    scale = (WIDTH - 2 * MARGIN - LABELS - FIGURES) / highest
    for bars in panel.bars:
        height = len(bars.values) * BAR
        weight = "bold" if bars.highlighted else "normal"
        parts.append(text(MARGIN + LABELS - 8, y + height / 2 + 4, bars.label, anchor="end", weight=weight))
        for index, (processes, value) in enumerate(bars.values):
            shades = COLOURS if bars.highlighted else GREYS
            shade = shades[min(index, 1)] if len(bars.values) > 1 else shades[1]
            top, length = y + index * BAR, max(1, value * scale)
            parts.append(
                f'<rect x="{MARGIN + LABELS}" y="{top}" width="{length:.1f}" height="{BAR - 1}" fill="{shade}"/>'
            )
            figure = f"{value:.{0 if value >= 100 else 1}f}  ({processes} process{'es' if processes > 1 else ''})"
            parts.append(text(MARGIN + LABELS + length + 5, top + BAR - 2, figure, size=10))
        y += height + BETWEEN
    return parts, y


def text(x, y, words, size=12, weight="normal", anchor="start"):
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}">'
        f"{escape(words)}</text>"
    )
