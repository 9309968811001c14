"""The language of answers: one form that is written, and every form that models write.

write     the form of our datasets
answer    what a reading yields
read      a text to an answer: thoughts off, the most explicit form of coordinates first
forms     the forms: tags, keys and calls, brackets, bare numbers
batch     many texts at once, as columns
refusals  how models say that there is nothing
"""

from groundkit.grammar.answer import Answer, Kind
from groundkit.grammar.batch import NO_TEXT, Answers
from groundkit.grammar.read import read_answer
from groundkit.grammar.write import escape, unescape, write_answer, write_box, write_ref

__all__ = [
    "NO_TEXT",
    "Answer",
    "Answers",
    "Kind",
    "escape",
    "read_answer",
    "unescape",
    "write_answer",
    "write_box",
    "write_ref",
]
