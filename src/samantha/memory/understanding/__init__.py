"""Understanding what the person tells and asks about their life, by the rules of facts.yaml."""

from samantha.memory.understanding.asked import asked, members
from samantha.memory.understanding.context import Context
from samantha.memory.understanding.people import bond_of
from samantha.memory.understanding.told import told
from samantha.memory.understanding.vocabulary import relations
from samantha.memory.understanding.wording import wording

# Relations of which only one holds at a time: a new one supersedes the old.
SINGLE = frozenset(relation for relation, entry in relations().items() if entry.get("single"))

__all__ = ["SINGLE", "Context", "asked", "bond_of", "members", "told", "wording"]
