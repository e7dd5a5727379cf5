"""The four forms of a text: lexical, ITN, masked ITN and display."""

from scriba.speech.forms.groups import Forms, Group, Profanity, Punctuation
from scriba.speech.forms.pipeline import itn, render, tn

__all__ = ["Forms", "Group", "Profanity", "Punctuation", "itn", "render", "tn"]
