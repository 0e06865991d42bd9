"""What is not news: the lines that outlets and agencies wrap around a story.

Two ways of finding them are rows of data: signatures (:mod:`.signatures`) know lines by their form, the scorer
(:mod:`.scorer`) knows them by what they are about, also when translation has garbled them. A third is learned: lines
that a source repeats at the edges of its articles (:mod:`.recurring`).
"""

from copydesk.boilerplate.stripper import strip

__all__ = ["strip"]
