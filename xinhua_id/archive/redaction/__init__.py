"""Taking something down: what belongs to it, new files without it, and the ledger that says so."""
