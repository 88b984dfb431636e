"""Charts of the phase report, drawn on the server by matplotlib as SVG that stands inside the page.

Only this package knows matplotlib, and it is imported only where a page is made. What a chart says stands in its
caption as well: nothing is told by colour alone, and nothing by a picture alone.
"""
