"""Plots of figures: what they show (pure Vega-Lite specifications made with Altair), and how they are drawn.

Each plot is a frozen dataclass that says by `specification()` how it looks; `drawing.draw` makes an SVG or PNG of it.
The page, the PDF and the chat draw the same plots.
"""
