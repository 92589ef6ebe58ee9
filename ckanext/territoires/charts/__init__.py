"""From figures to Vega-Lite, and from there to SVG and PNG. Pure."""
