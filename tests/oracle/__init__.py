"""An oracle for leaklint: programs written at random, executed with faults, and compared with what leaklint says.

A program is a module text. It imports drivers under their real names; here stand-ins take their place (`drivers`).
One run fixes all that the program cannot know (inputs, rows, which call fails) as choices (`world`); the runs together
cover every combination with at most one fault (`truth`). `programs` writes programs, `compare` holds leaklint against
their truth and runs them again after a repair, `shrink` makes a disagreement small.

What may fail: every call of a driver, with two of the driver's own errors, and every call of the unknown helpers
`work`, `fetch`, `ready`, with their own error or another. `cursor()` does not, nor do loops over lists and subscripts.
A release that fails counts as one. What a run leaves open and nobody can reach any more is a leak of the line that was
handed it last.
"""
