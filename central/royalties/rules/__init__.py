"""What is owed, by whose rule: dated packs of figures, and the one small engine that reads them.

    pack = shelf.pack_on("kz-venues", date(2026, 11, 21))     # or shelf.pack("suisa-concert")
    outcome = settle(pack, Material(events, uses, parts))     # pure; ints in, ints out
    outcome.pools          # each licence fee: tariff, deductions, what is left, step by step
    outcome.allocations    # each amount: whose, for which work and uses, or why it waits
    assumed_in(outcome)    # the figures nobody could read at their source, if any were used

A period too large for one process is settled by `period.settle_period`: the same definition as
SQL, on DuckDB or Spark, to the last minor unit.
"""
