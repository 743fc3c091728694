"""What comes after a closing: claims, releases, last redistributions and adjustments.

Nothing closed is edited. Each of these is a *run*, a distribution of its own, that takes amounts
back as they stand, each at most once, and books them anew:

    amounts.standing_of(connection, closing)    every amount of a closing as it stands by now
    claims.file_claim, accept, refuse           somebody says whose a waiting amount is
    release.plan                                what repertoire has been told of since
    expired.plan                                what nobody claimed in time, by the pack's policy
    adjusting.plan                              plays that were wrong or came late, divided again

A plan is a list of pure `moves`; `books.book` writes it, posts it and opens its statements.
"""
