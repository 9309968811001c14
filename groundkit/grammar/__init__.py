"""The language of answers: one form that is written, and every form that models write.

write     the form of our datasets
answer    what a reading yields
read      a text to an answer: thoughts off, the most explicit form of coordinates first
parts     which part of a text is the answer, and which of that may hold coordinates
forms     the forms: tags, keys and calls, brackets, bare numbers
found     from a match of a form to coordinates
numbers   how numbers are written
names     what is named beside the coordinates
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
