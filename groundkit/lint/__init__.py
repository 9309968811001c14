"""What is wrong with gold records, before anything is trained on or scored against them.

findings   what can be found, how serious it is, and a collector
rows       rows of a file as they are, however dirty
boxes      boxes and polygons, row by row, and what all boxes of a file say together
repeats    duplicates, contradictions and leaks between splits
pictures   images that are missing or have another size
copies     images that are in two splits under different names
lint       all of it, for one file or for several together
"""
