"""How many labelled leaks leaklint and other tools find, and how many calls that leak nothing they report.

`labels/` holds three sets (`labels/README.md` says how they were made):

sites   calls that take a connection in pinned packages, read and labelled by hand
fixes   the same call before and after a public commit that fixed its leak
cases   small programs in `cases/` whose truth was proven by executing them with faults

`python -m benchmarks.accuracy` brings the code, runs the tools, and writes `RESULTS.md`.
"""
