"""Colours and patterns of the charts. The hues are those of Okabe and Ito, told apart with every colour vision.

Each has a lightness of its own, for black-and-white print, and where areas touch, a pattern beside it. The page's style
sheet finds these very values and changes them on a dark screen.
"""

INK = "#1c2530"  # text
SOFT = "#5a6673"  # axes
GRID = "#d9dfe5"
PAPER = "#fefefe"  # edges between areas that touch
BLUE = "#0072b2"
SKY = "#9fd0ee"  # a band or bars behind lines
VERMILION = "#c24a00"  # limits, floors, failures
GREEN = "#007a5a"
ORANGE = "#e69f00"
PURPLE = "#a2568a"
GREY = "#b4bcc5"
