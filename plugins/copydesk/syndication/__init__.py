"""Which articles are copies of one another."""

from copydesk.syndication.fingerprint import fingerprint, similarity
from copydesk.syndication.stories import Link, StoryIndex

__all__ = ["Link", "StoryIndex", "fingerprint", "similarity"]
