"""Time as people say it: finding the past in their words, and naming a day as a person would."""

from samantha.dates.say import ago, clock, full, month, part_of_day, spoken
from samantha.dates.when import When, find

__all__ = ["When", "ago", "clock", "find", "full", "month", "part_of_day", "spoken"]
