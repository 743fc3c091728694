"""Who wrote and who recorded what: parties, works, shares, recordings."""
