"""Run a program's tests: fast, bounded, and with the same verdicts as a cold pytest.

Two sides, one folder. The *near* side lives in the user's process: `runner`, `control`,
`routing`, `selection`, `attempts`, `pool`, `records`, `cache`, `versions`. The *far* side lives in
the processes that run strangers' code: `base`, `zygote`, `child`, `session`, `recorder`,
`supervise`, `sandbox`, `scratch`, `memo`, `fingerprint`, `coverage`, `tracer`. The far side is
loaded by path under another package name (see `base`), so it imports nothing but the standard
library, pytest and its own siblings, and those relatively. `wire` is spoken by both.
"""
