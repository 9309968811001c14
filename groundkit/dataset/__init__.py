"""Screens to samples: `build.make_dataset` runs the steps, each in its own module.

types, naming    what an element is called
rules            which elements can be asked about, and why the others cannot
covers           what is drawn over what
points           where to ask so that only one answer is right
marker, prompts  what the question looks like
targets          the size at which a trainer leaves the image alone
screen           all of these for one screenshot
split            which screens are for training and which for validation
build, workers   many screens, several processes, restartable
workspace        the folder of a build: whose it is, what may be removed
card, preview    what a person sees
"""
