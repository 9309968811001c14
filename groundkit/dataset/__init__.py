"""Screens to samples: `build.make_dataset` runs the steps, each in its own module.

types, naming    what an element is called
rules            which elements can be asked about, and why the others cannot
points           where to ask so that only one answer is right
marker, prompts  what the question looks like
targets          the size at which a trainer leaves the image alone
screen           all of these for one screenshot
split            which screens are for training and which for validation
build            many screens, several processes, restartable
card, preview    what a person sees
"""
